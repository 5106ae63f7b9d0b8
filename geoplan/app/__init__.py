"""What runs a plan: plan file, targets, runner, report, exports, demo, command line."""
