"""A module of samples and a town for the properties of all analyses."""

import importlib.util
import sys
from pathlib import Path

import pytest


def every_analysis():
    """Give the module of samples, ``every_analysis.py`` beside this file, once for all tests."""
    name = "geoplan_test_every_analysis"
    if name not in sys.modules:
        path = Path(__file__).with_name("every_analysis.py")
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def pytest_generate_tests(metafunc):
    """Run a test that asks for `call` once for every sample of every analysis."""
    if "call" in metafunc.fixturenames:
        calls = every_analysis().CALLS
        metafunc.parametrize("call", calls, ids=[": ".join(one) for one in calls])


@pytest.fixture(scope="session")
def samples():
    """Module of the samples."""
    return every_analysis()


@pytest.fixture(scope="session")
def town(samples):
    """Town that no test may change."""
    return samples.make_town()
