"""Analyses of land cover from a plan file to the outputs."""

import json
from importlib import import_module

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from openpyxl import load_workbook

from geoplan.app.exports.outputs import write_outputs
from geoplan.app.plan.indicators import plan_indicators
from geoplan.app.plan.plan_file import read_plan
from geoplan.app.run.runner import run_plan
from geoplan.core.errors import PlanError

X, Y = 500_000.0, 2_500_000.0
CRS = "EPSG:4547"
BEFORE = [[10, 10, 30, 80], [10, 10, 50, 80], [30, 50, 50, 50], [30, 50, 50, 50]]
AFTER = [[10, 10, 30, 80], [10, 50, 50, 80], [30, 50, 50, 50], [30, 50, 50, 0]]

PLAN = """
[plan]
crs = "EPSG:4547"
lang = "LANG"
areas = "plane"

[layers.districts]
path = "districts.gpkg"
id = "CODE"
name = "NAME"
columns = { bri = "bri", vci = "vci", wni = "wni", lsi = "lsi", pli = "pli" }

[layers.built_up]
path = "built_up.gpkg"

[layers.parks]
path = "parks.gpkg"

[layers.renewal_areas]
path = "areas.gpkg"
columns = { status = "status" }

[layers.crowns]
path = "crowns.gpkg"

[layers.land_cover]
path = "after.tif"
classes = "worldcover"
as_of = "2021"

[layers.land_cover_2015]
path = "before.tif"
kind = "land_cover"
classes = "worldcover"
as_of = "2015"

[layers.canopy]
path = "canopy.tif"
kind = "surface"

[indicators.green-cover-rate-built-up]
cover = "land_cover"
classes = ["vegetation"]
of = "built_up"
target = ">= 43 %"

[indicators.forest-cover-rate]
cover = "land_cover"
classes = ["forest"]
min_patch_m2 = 667
target = ">= 15 %"

[indicators.forest-by-density]
analysis = "forest_cover_rate"
cover = "canopy"
min_canopy = 0.2
min_patch_m2 = 0

[indicators.urban-park-forest-cover]
parks = "parks"
canopy = "crowns"

[indicators.runoff-coefficient]
cover = "land_cover"
kind = "volumetric"
within = "renewal_areas"
by = "status"
status = ["新建", "更新"]
coefficients = { built_up = 0.8, vegetation = 0.15, water = 1.0 }
target = "<= 0.5"

[indicators.eco-environment-index-EI]
biological_richness = "bri"
vegetation_cover = "vci"
water_network = "wni"
land_stress = "lsi"
pollution_load = "pli"
target = ">= 55"

[indicators.corridors]
analysis = "landscape_metrics"
cover = "land_cover"
classes = ["forest", "grassland"]
neighbours = 8

[indicators.forest-kept]
analysis = "land_cover_change"
cover = "land_cover"
previous = "land_cover_2015"
target = ">= 0 km2"
target_of = "net"
target_part = "forest"
"""


def write_raster(path, values, dtype="uint8", **more):
    values = np.asarray(values, dtype=dtype)
    with rasterio.open(
        path, "w", driver="GTiff", height=4, width=4, count=1, dtype=dtype, crs=CRS,
        transform=Affine(100, 0, X, 0, -100, Y + 400), **more,
    ) as file:  # fmt: skip
        file.write(values, 1)


def write_layer(path, *shapes, **columns):
    boxes = [shapely.box(X + a, Y + b, X + c, Y + d) for a, b, c, d in shapes]
    gpd.GeoDataFrame(columns, geometry=boxes, crs=CRS).to_file(path)


@pytest.fixture
def folder(tmp_path):
    """Two districts of 200 m × 400 m and what covers them."""
    indices = {name: [60.0, 40.0] for name in ("bri", "vci", "wni")}
    indices |= {name: [20.0, 50.0] for name in ("lsi", "pli")}
    write_layer(
        tmp_path / "districts.gpkg", (0, 0, 200, 400), (200, 0, 400, 400),
        CODE=["1", "2"], NAME=["西", "东"], **indices,
    )  # fmt: skip
    write_layer(tmp_path / "built_up.gpkg", (0, 0, 400, 250))
    write_layer(tmp_path / "parks.gpkg", (0, 200, 100, 400), (300, 0, 400, 100))
    write_layer(
        tmp_path / "areas.gpkg", (0, 200, 200, 400), (200, 100, 300, 300), (300, 0, 400, 100),
        status=["新建", "更新", "现状"],
    )  # fmt: skip
    write_layer(
        tmp_path / "crowns.gpkg", (0, 300, 200, 400), (50, 300, 200, 350), (300, 0, 310, 10)
    )
    write_raster(tmp_path / "before.tif", BEFORE, nodata=0)
    write_raster(tmp_path / "after.tif", AFTER, nodata=0)
    density = np.linspace(0, 0.75, 16).reshape(4, 4)
    write_raster(tmp_path / "canopy.tif", density, "float32")
    return tmp_path


def plan(folder, text=PLAN, lang="zh"):
    path = folder / "plan.toml"
    path.write_text(text.replace("LANG", lang), encoding="utf-8")
    return path


@pytest.fixture
def outcome(folder):
    return run_plan(plan(folder))


def result(outcome, id_):
    return next(one.result for one in outcome.indicators if one.id == id_)


def test_every_analysis_measures_what_stands_in_the_plan(outcome):
    green = result(outcome, "green-cover-rate-built-up").measures[0]
    # Rows 2 (upper half), 3 and 4 of 100 m: half of two trees, and two cells of grass.
    assert green.numerator == pytest.approx(0.5 * 10_000 + 20_000)
    assert green.denominator == pytest.approx(90_000)
    assert result(outcome, "forest-cover-rate").measures[0].numerator == pytest.approx(30_000)
    assert result(outcome, "forest-by-density").measures[0].numerator == pytest.approx(120_000)
    canopy = result(outcome, "urban-park-forest-cover").measures[0]
    assert canopy.value == pytest.approx(10_100 / 30_000)
    runoff = result(outcome, "runoff-coefficient").measures[0]
    assert runoff.value == pytest.approx((3 * 0.15 + 0.8 + 2 * 0.8) / 6)
    assert result(outcome, "eco-environment-index-EI").measures[0].value == pytest.approx(53.75)
    corridors = result(outcome, "corridors")
    assert corridors.measure("patches", "grassland").value == 2
    change = result(outcome, "forest-kept")
    assert change.measure("transition", "forest > built_up").value == 10_000
    assert change.measure("net", "forest").value == -10_000


def test_targets_are_decided(outcome):
    decided = {one.id: one.verdict for one in outcome.indicators if one.verdict}
    assert {id_: verdict.status for id_, verdict in decided.items()} == {
        "green-cover-rate-built-up": "missed",
        "forest-cover-rate": "met",
        "runoff-coefficient": "met",
        "eco-environment-index-EI": "missed",
        # A cell of wood was lost; one that nobody sees now may have become wood.
        "forest-kept": "undecidable",
    }
    change = result(outcome, "forest-kept").measure("net", "forest")
    assert (change.low, change.high) == (-10_000, 0)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_all_outputs_are_written_in_both_languages(folder, lang):
    out = folder / "out"
    write_outputs(run_plan(plan(folder, lang=lang)), out)
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert len({entry["id"] for entry in results["indicators"]}) == 8
    report = (out / "report.html").read_text(encoding="utf-8")
    assert ("HJ 192-2015" in report, "{" in report.split("<body")[0]) == (True, True)
    assert load_workbook(out / "report.xlsx", read_only=True).sheetnames
    maps = {path.stem for path in (out / "maps").glob("*.html")}
    assert {"forest-kept", "corridors", "urban-park-forest-cover"} <= maps
    parks = gpd.read_file(out / "results.gpkg", layer="urban_park_forest_cover__park_canopy")
    assert parks["canopy_share"].tolist() == pytest.approx([0.5, 0.01])


def test_a_budget_of_memory_reaches_the_rasters_and_changes_no_number(folder, outcome, monkeypatch):
    module, budgets = import_module("geoplan.analyses.cells.class_areas"), []
    plain = module.map_tiles

    def told(*args, **how):
        budgets.append(how["max_memory_mb"])
        return plain(*args, **how)

    monkeypatch.setattr(module, "map_tiles", told)
    small = run_plan(plan(folder, PLAN.replace("[plan]", "[plan]\nmax_memory_mb = 0.01")))

    assert set(budgets) == {0.01}
    for one, other in zip(small.indicators, outcome.indicators, strict=True):
        pd.testing.assert_frame_equal(one.result.table, other.result.table)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('cover = "land_cover"\nclasses', 'cover = "parks"\nclasses', "parks"),
        ('kind = "volumetric"', 'kind = "mean"', "volumetric"),
        ("built_up = 0.8", "built_up = 80", "0 to 1"),
        ('by = "status"\n', "", "together"),
        ("neighbours = 8", "neighbours = 6", "4 or 8"),
        ('target_part = "forest"', 'target_part = "wood"', "wood"),
    ],
)
def test_a_wrong_key_is_an_error_of_the_plan(folder, old, new, words):
    assert old in PLAN
    with pytest.raises(PlanError, match=words):
        plan_indicators(read_plan(plan(folder, PLAN.replace(old, new))))
