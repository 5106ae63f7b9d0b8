"""Fixtures for every room."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Everybody draws the same examples; `make soak` draws others with every seed.
settings.register_profile(
    "geoplan",
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "soak", settings.get_profile("geoplan"), derandomize=False, database=None, print_blob=True
)
settings.load_profile(os.environ.get("GEOPLAN_PROFILE", "geoplan"))

_REAL = Path(
    os.environ.get("GEOPLAN_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real cities; the test skips where it is missing."""
    if not _REAL.is_dir():
        pytest.skip(f"real data not found at {_REAL}; set GEOPLAN_DATA to its folder")
    return _REAL


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """
    Give a Chromium, one for all rooms; the test skips where there is none.

    Playwright starts once in a process.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install 'geoplan[browser]'")
    found = os.environ.get("GEOPLAN_CHROMIUM") or next(
        filter(None, map(shutil.which, _NAMES)), None
    )
    if found is None:
        pytest.skip("no Chromium found; install one, or set GEOPLAN_CHROMIUM to its path")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=found, args=list(_ARGUMENTS))
        yield launched
        launched.close()
