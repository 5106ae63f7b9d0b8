"""What an analysis declares of itself, as plain data beside its kernel."""
