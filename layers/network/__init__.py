"""The walk network."""
