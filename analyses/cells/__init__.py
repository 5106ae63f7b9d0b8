"""Zonal statistics of rasters by the exact part of each cell inside a zone."""
