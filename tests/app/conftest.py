"""Fixtures for the app's tests."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def outcomes():
    """Module of hand-made outcomes, ``outcomes.py`` beside this file."""
    return _module("outcomes")


@pytest.fixture(scope="session")
def small_city():
    """Module that writes a city of two squares, ``small_city.py`` beside this file."""
    return _module("small_city")


def _module(name):
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"geoplan_test_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
