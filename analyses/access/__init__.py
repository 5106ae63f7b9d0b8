"""Who is near enough to what: shares of land, people and things within reach."""
