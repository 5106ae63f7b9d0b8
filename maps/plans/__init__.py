"""Maps that show a whole plan, or two results beside each other."""
