"""Data in: one module per kind of layer, readers per kind of source, datum shifts, repair."""
