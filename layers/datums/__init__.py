"""From whatever coordinates a source has to the study CRS."""
