"""What stands inside, or too near, what it must not."""
