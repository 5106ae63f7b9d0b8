"""Fixtures for the tests of layers."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def osm():
    """Module that writes small OSM files, ``osm_xml.py`` beside this file."""
    path = Path(__file__).with_name("osm_xml.py")
    spec = importlib.util.spec_from_file_location("geoplan_test_osm_xml", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
