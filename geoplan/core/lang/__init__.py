"""Phrases: ``<section>.<lang>.toml``, read by `geoplan.core.texts`."""
