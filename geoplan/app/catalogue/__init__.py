"""The catalogue of indicators and documents."""
