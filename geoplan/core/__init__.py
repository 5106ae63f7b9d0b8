"""What every room speaks: errors, notices, CRS guard, units, column specs, records, results."""
