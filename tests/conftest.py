"""Fixtures for every room."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "geoplan",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("geoplan")

_REAL = Path(
    os.environ.get("GEOPLAN_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real cities; the test skips where it is missing."""
    if not _REAL.is_dir():
        pytest.skip(f"real data not found at {_REAL}; set GEOPLAN_DATA to its folder")
    return _REAL
