"""Changes: what rounding makes of nothing is nothing, and what was gained and lost is told."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.analyses.access.coverage import coverage
from geoplan.analyses.conflict.red_line_change import red_line_change
from geoplan.analyses.cover.land_cover_change import land_cover_change
from geoplan.analyses.land.red_line_share import red_line_share
from geoplan.analyses.links.length_and_density import length_and_density
from geoplan.analyses.tables.change_table import change_table
from geoplan.app.run.judging import judge
from geoplan.app.run.outcome import Target
from geoplan.core.results import Bounds, Result, make_measure
from geoplan.layers import load_bus_stops
from geoplan.maps import change_map

CRS, X, Y = "EPSG:4547", 500_000, 2_500_000


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=np.asarray(shapes, dtype=object), crs=CRS)


DISTRICTS = frame(
    [shapely.box(X + a, Y, X + b, Y + 5_000) for a, b in ((0, 4_000.123), (4_000.123, 9_000))],
    district_id=["A", "B"], name=["甲", "乙"],
)  # fmt: skip


def not_decreased(measure):
    return judge(measure, Target("", "not_decrease", 0.0, measure.unit, measure.of, measure.part))


@pytest.mark.parametrize("seed", range(12))
def test_a_line_issued_again_in_two_sheets_did_not_shrink(seed):
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 40))
    radius = rng.uniform(0.5, 1, 40) * 3_000
    ring = np.c_[X + 4_500 + radius * np.cos(angle), Y + 2_500 + radius * np.sin(angle)]
    whole = max(shapely.get_parts(shapely.make_valid(shapely.Polygon(ring))), key=shapely.area)
    cut = X + 4_777.7
    sheets = [
        whole.intersection(shapely.box(0, 0, cut, 9e6)),
        whole.intersection(shapely.box(cut, 0, 9e6, 9e6)),
    ]
    found = red_line_change(frame(sheets), DISTRICTS, previous=frame([whole]), min_width_m=0)
    for of in ("net", "loss", "gain"):
        measure = found.measure(of, "total")
        assert (measure.value, measure.districts["value"].tolist()) == (0, [0, 0]), of
    assert found.measure("kept", "total").value == 1
    assert len(found.layers["loss"]) == len(found.layers["gain"]) == 0
    assert not_decreased(found.measure("net", "total")).status == "met"
    again = change_table(
        *(red_line_share(one, DISTRICTS) for one in (frame([whole]), frame(sheets)))
    )
    assert again.measure("land", "change/total").districts["value"].tolist() == [0, 0]


def test_a_real_loss_is_no_rounding():
    old, new = (frame([shapely.box(X, Y, X + 1_000, Y + side)]) for side in (1_000, 999.999))
    found = red_line_change(new, DISTRICTS, previous=old, min_width_m=0)
    assert found.measure("net", "total").value == pytest.approx(-1, rel=1e-4)
    assert not_decreased(found.measure("net", "total")).status == "missed"


@pytest.fixture(scope="module")
def stops(tmp_path_factory):
    """Give stops as they are and as a table with six decimals of a degree brings them back."""
    rng = np.random.default_rng(1)
    xy = rng.uniform((X, Y), (X + 9_000, Y + 5_000), (60, 2))
    here = frame(shapely.points(xy), stop_id=[str(k) for k in range(60)], name="")
    rows = [f"{k},{at.x:.6f},{at.y:.6f}" for k, at in enumerate(here.to_crs(4326).geometry)]
    path = tmp_path_factory.mktemp("stops") / "stops.csv"
    path.write_text("\n".join(["stop_id,lon,lat", *rows]), encoding="utf-8")
    return here, load_bus_stops(path, crs=CRS, source_crs="EPSG:4326")


def served(stops, *, of=("land", "population")):
    cells = [
        shapely.box(X + a, Y + b, X + a + 500, Y + b + 500)
        for a in range(0, 9_000, 500)
        for b in range(0, 5_000, 500)
    ]
    people = frame(cells, population=np.arange(float(len(cells))))
    return coverage(stops, DISTRICTS, distance_m=400, of=of, demand={"population": people})


def test_a_table_states_how_well_its_places_are_known(stops):
    assert stops[1].attrs["geoplan"]["precision_m"] == pytest.approx(0.079, abs=1e-3)


def test_the_same_stops_written_to_a_table_and_read_back_change_nothing(stops):
    before, after = served(stops[0]), served(stops[1])
    assert before.measures[0].value != after.measures[0].value
    for measure in change_table(before, after).measures:
        if measure.part not in ("before", "after"):
            assert (measure.value, measure.districts["value"].tolist()) == (0, [0, 0])
    page = change_map(before, after)
    by_district = next(block for block in page.legend if block.title == "Change by district")
    assert [(entry.label, entry.count) for entry in by_district.entries] == [("no change", 2)]
    assert [cells[3].text for cells in page.table.cells] == ["±0.0 points"] * 3


def test_one_stop_fewer_is_a_change_whatever_the_digits(stops):
    found = change_table(served(stops[0]), served(stops[1].iloc[1:]))
    assert found.measure("land", "change").value < 0


def test_what_was_gained_and_lost_stands_beside_what_remains():
    one, other = (
        served(frame(shapely.points([[X + east, Y + 2_500]])), of=["land", "population"])
        for east in (1_000, 2_000)
    )
    found = change_table(one, other)
    disc = np.pi * 400**2
    change = found.measure("land", "change").districts["value"]
    assert change.tolist() == pytest.approx([0, 0], abs=1e-6)  # the ellipsoid is not flat
    assert found.measure("land", "gained").value == pytest.approx(disc, rel=1e-3)
    assert found.measure("land", "lost").districts["value"].tolist() == pytest.approx(
        [disc, 0], rel=1e-3
    )
    people = {part: found.measure("population", part) for part in ("gained", "lost")}
    assert people["gained"].unit == "person"
    net = people["gained"].value - people["lost"].value
    assert net == pytest.approx(other.measures[1].numerator - one.measures[1].numerator)
    assert found.measure("land", "before").value == one.measures[0].value
    assert found.measure("land", "after").value == other.measures[0].value


def test_the_change_of_what_is_open_is_open_at_both_ends():
    def result(low, value, high):
        bounds = Bounds([low, low], [high, high], low, high, ("no_data",))
        return Result(
            "x",
            (make_measure(DISTRICTS, [value, value], [1, 1], of="land", bounds=bounds),),
            DISTRICTS,
        )

    found = change_table(result(0.1, 0.2, 0.3), result(0.4, 0.5, 0.9)).measure("land", "change")
    assert (found.low, found.value, found.high) == pytest.approx((10, 30, 80))
    assert found.open_for == ("no_data",)


def test_the_cover_and_the_lines_of_one_date_did_not_change():
    parcels = frame(
        [shapely.box(X + a, Y, X + b, Y + 4_000) for a, b in ((0, 3_333.3), (3_333.3, 8_000))],
        class_key=["forest", "water"],
    )  # fmt: skip
    found = land_cover_change(parcels, DISTRICTS, previous=parcels.iloc[::-1])
    changes = [one for one in found.measures if one.of in ("net", "gain", "loss")]
    assert {value for one in changes for value in (one.value, *one.districts["value"])} == {0.0}
    roads = frame(shapely.linestrings([[(X, Y + 7), (X + 8_000, Y + 4_321)]]))
    both = length_and_density(roads, DISTRICTS, sides="as_drawn", previous=roads, tolerance_m=5)
    assert both.measure("length", "net").districts["value"].tolist() == [0, 0]
