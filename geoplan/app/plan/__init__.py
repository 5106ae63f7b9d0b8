"""The plan file: read, checked, bound to analyses."""
