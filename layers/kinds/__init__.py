"""One module per kind of layer, and what all loaders do."""
