"""Rasters, read by window, and their legends."""
