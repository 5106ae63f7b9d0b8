"""What several families measure with."""
