"""Fixtures for the app's tests."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def outcomes():
    """Module of hand-made outcomes, ``outcomes.py`` beside this file."""
    path = Path(__file__).with_name("outcomes.py")
    spec = importlib.util.spec_from_file_location("geoplan_test_outcomes", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
