"""Static maps for print and documents."""
