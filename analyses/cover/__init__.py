"""What covers the ground: classes of rasters and parcels."""
