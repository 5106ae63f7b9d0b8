"""OpenStreetMap files and services."""
