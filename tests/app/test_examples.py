"""The plans under ``examples/``: valid without the data they name."""

import re
from pathlib import Path

import pytest

from geoplan.app.plan.indicators import plan_indicators
from geoplan.app.plan.plan_file import read_plan
from geoplan.layers.datums.fits import coordinate_fit_from_table

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
NAMES = [path.name for path in EXAMPLES]


def test_there_are_examples():
    assert {"singapore.toml", "shenzhen.toml", "shenzhen_local.toml"} <= set(NAMES)


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_an_example_is_a_valid_plan(path):
    plan = read_plan(path)

    assert plan_indicators(plan)
    assert plan.encoding == "utf-8"


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_an_example_says_where_its_data_comes_from(path):
    layers = read_plan(path).layers
    files = [file for table in layers.values() for file in table.path]

    # What is too small to be data lies beside the plan.
    assert all(f.startswith("../../shared/data/") or (path.parent / f).is_file() for f in files)
    assert layers["districts"].source


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_a_coordinate_fit_of_an_example_misses_no_point_by_more_than_50_m(path):
    tables = [t.crs for t in read_plan(path).layers.values() if isinstance(t.crs, dict)]
    fits = [coordinate_fit_from_table(table) for table in tables]

    assert all(max(fit.residuals_m) < 50 for fit in fits)


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_an_example_has_no_line_too_long_to_read(path):
    assert not re.findall(r"^.{131,}$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
