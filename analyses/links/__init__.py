"""What is long and should be connected: greenways, roads, shores."""
