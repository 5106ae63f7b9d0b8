"""One module per kernel: pure functions on layers, no files, no printing."""
