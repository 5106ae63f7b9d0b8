"""Repairs that a layer may need before it is measured."""
