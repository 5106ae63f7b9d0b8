"""The built-in city: a fictional district, the same at every run, drawn from code alone."""
