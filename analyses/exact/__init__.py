"""Catchments by straight line, exactly: outlines of arcs and straight pieces, and their overlap."""
