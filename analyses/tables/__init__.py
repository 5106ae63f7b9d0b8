"""Numbers out of columns: statistics, inventories, means, changes."""
