"""Districts: classes, labels and tables say what the result says."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.core.results import make_measure
from geoplan.maps.page.boxes import Cell
from geoplan.maps.page.classes import NO_DATA
from geoplan.maps.page.district_layers import (
    Line,
    fraction_texts,
    hit_layer,
    share_part,
    value_texts,
)
from geoplan.maps.page.district_rows import district_table
from geoplan.maps.page.ground import ground_of
from geoplan.maps.page.safe import safe
from geoplan.maps.page.target_words import Goal

CRS = "EPSG:4547"


def _districts(names=("East", "West", "North")):
    west = 500_000 + np.arange(len(names)) * 2_000.0
    return gpd.GeoDataFrame(
        {"district_id": list("abcdef"[: len(names)]), "name": list(names)},
        geometry=shapely.box(west, 2_500_000, west + 2_000, 2_502_000),
        crs=CRS,
    )


def _measure(over=(90.0, 10.0, 0.0), under=(100.0, 100.0, 0.0), **named):
    units = {"numerator_unit": "person", "denominator_unit": "person"}
    return make_measure(_districts(), over, under, **{"of": "population", **units, **named})


GOAL = Goal(">= 50 %", {"a": True, "b": False, "": False})


def test_a_goal_reads_as_people_write_it():
    assert [Goal(">= 8 m2/person").words, Goal("<= 5 %").words] == ["≥ 8 m²/person", "≤ 5 %"]
    assert [GOAL.of("a"), GOAL.of("b"), GOAL.of("c")] == [True, False, None]
    assert Goal().of("a") is None


def test_the_legend_counts_every_district_once_and_the_unknown_apart():
    part = share_part(_measure(), ground_of(_districts(), "en"), GOAL, analysis="coverage")
    (block,) = part.blocks
    assert sum(entry.count for entry in block.entries) == 3
    assert (block.entries[-1].colour, block.entries[-1].count) == (NO_DATA, 1)
    assert block.layers == (part.group.get_name(),)
    assert (block.title, block.unit) == ("Share served: residents", "%")


def test_the_target_splits_the_classes():
    part = share_part(_measure(), ground_of(_districts(), "en"), GOAL, analysis="coverage")
    assert any("50" in entry.label for entry in part.blocks[0].entries)


def test_a_tooltip_has_value_numerator_and_denominator_with_units():
    assert fraction_texts(_measure(), "en", Goal()) == [
        "90.0 % (90 people of 100 people)",
        "10.0 % (10 people of 100 people)",
        "– (0 people of 0 people)",
    ]


def test_every_measure_is_a_line_of_the_tooltip(hostile):
    names = (hostile, "West", "North")
    measure = make_measure(_districts(names), [1, 1, 1], [2, 2, 2], of="land")
    layer = hit_layer([Line(measure), Line(measure)], ground_of(_districts(names), "en"))
    assert safe(hostile).replace("\\", "\\\\").replace('"', '\\"') in layer.texts
    assert layer.texts.count("50.0 %") == 6
    assert "<" not in layer.texts


def test_a_value_keeps_its_side_of_the_target_in_digits():
    measure = _measure(over=(49.98, 50.0, 50.02), under=(100.0,) * 3)
    assert value_texts(measure, "en", GOAL) == ["49.98 %", "50.0 %", "50.02 %"]


def test_the_table_has_the_lowest_first_and_the_whole_last():
    table = district_table(_measure(), ground_of(_districts(), "en"), GOAL, analysis="coverage")
    assert table.columns == (
        "District",
        "Served (people)",
        "Total (people)",
        "Share",
        "≥\u00a050\u00a0%",
    )
    assert [row[0] for row in table.rows] == ["West", "East", "North", "All districts"]
    assert table.rows[0] == ("West", "10", "100", "10.0 %", Cell("missed", "missed"))
    assert table.rows[2][3:] == ("–", Cell("–", "muted"))
    assert table.rows[3] == ("All districts", "100", "200", "50.0 %", Cell("missed", "missed"))
    assert table.note == "1 of 3 districts meet ≥ 50 %; lowest first"


def test_without_a_target_the_highest_comes_first():
    table = district_table(_measure(), ground_of(_districts(), "zh"), Goal(), analysis="coverage")
    assert [row[0] for row in table.rows] == ["East", "West", "North", "合计"]
    assert table.note == "由高到低"


def test_a_row_leads_to_its_district():
    ground = ground_of(_districts(), "en")
    table = district_table(_measure(), ground, Goal(), analysis="coverage")
    south, west, north, east = table.bounds[0]
    box = ground.shown.geometry.iloc[0].bounds
    assert (west, south, east, north) == pytest.approx(box, abs=1e-5)
    assert table.bounds[-1] == ground.bounds


def test_units_of_values_that_are_no_shares_stand_in_the_heading():
    measure = make_measure(
        _districts(),
        [2e4, 3e4, 4e4],
        [1_000, 1_000, 1_000],
        of="population",
        unit="m2/person",
        numerator_unit="m2",
        denominator_unit="person",
    )
    table = district_table(
        measure, ground_of(_districts(), "en"), Goal(), analysis="park_area_per_capita"
    )
    assert table.columns[1:] == ("Parks (ha)", "Residents (people)", "Value (m²/person)")
    assert table.rows[0] == ("North", "4.0", "1,000", "40.0")


def test_labels_belong_inside_their_districts():
    districts = _districts()
    ground = ground_of(districts, "en")
    inside = ground.shown.geometry.reset_index(drop=True).contains(
        ground.label_at.geometry.reset_index(drop=True)
    )
    assert inside.all()
