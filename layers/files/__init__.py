"""Files on disk, archives and encodings."""
