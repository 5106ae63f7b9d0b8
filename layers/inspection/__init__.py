"""What is wrong with the data, before it costs a wrong number."""
