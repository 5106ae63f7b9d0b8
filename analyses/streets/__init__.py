"""Along the walk network: places to edges, one search for all facilities, what is reached."""
