"""The outputs of a run."""
