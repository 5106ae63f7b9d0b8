"""What the map of a result shows."""
