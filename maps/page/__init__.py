"""What every map page is made of."""
