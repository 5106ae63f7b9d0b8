"""What the ground is for: parks, green parcels, red lines."""
