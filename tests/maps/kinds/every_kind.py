"""One page of every kind of map, made of the small town."""

import geopandas as gpd
import shapely

from geoplan.analyses.conflict.buffer_conflict import buffer_conflict
from geoplan.analyses.conflict.encroachment import encroachment
from geoplan.analyses.conflict.red_line_change import red_line_change
from geoplan.maps import (
    Finding,
    change_map,
    choropleth_map,
    compare_map,
    conflict_map,
    coverage_map,
    overview_map,
    park_access_map,
    red_line_map,
    verdict_map,
)


def findings(town, title="Stops"):
    """Four findings, three with a target, one of them undecided."""
    covered, reached, lines = town.coverage(), town.park_access(), town.red_line_share()
    met = {"a": True, "b": False, "c": False, "": False}
    return [
        Finding(title, covered, target_text="> 95 %", target_met=met),
        Finding("Parks", reached, target_text=">= 10 %", target_met={**met, "c": True, "": True}),
        Finding("Lines", lines, target_text=">= 20 %"),
        Finding("Land", covered, of="land"),
    ]


def _houses(town, name):
    west, south, *_ = town.districts.total_bounds
    corners = [(3_100, 3_100), (3_500, 3_300), (3_980, 3_500), (600, 600), (50, 3_700)]
    boxes = [shapely.box(west + x, south + y, west + x + 60, south + y + 60) for x, y in corners]
    return gpd.GeoDataFrame({"name": [name] * len(boxes)}, geometry=boxes, crs=town.districts.crs)


def _fewer_lines(town):
    moved = town.lines.copy()
    moved.geometry = moved.geometry.translate(150, 80)
    return moved


def _later(town):
    """Measure the stops again, with one fewer and one that moved."""
    stops = town.stops.iloc[1:].copy()
    stops.geometry = stops.geometry.translate(200, 0)
    return type(town)(town.districts, stops, town.parks, town.lines, town.people).coverage()


def _encroachment(town, name, **given):
    houses = _houses(town, name)
    found = encroachment(houses, town.districts, lines=town.lines, min_overlap=1)
    return conflict_map(found, **given)


def _red_line_change(town, name, **given):
    previous = _fewer_lines(town)
    found = red_line_change(town.lines, town.districts, previous=previous, min_width_m=5)
    return conflict_map(found, title=name, **given)


def _buffer_conflict(town, name, **given):
    houses = _houses(town, name)
    found = buffer_conflict(houses, town.districts, sources=town.stops, distance_m=600)
    return conflict_map(found, **given)


KINDS = {
    "coverage": lambda town, name, **given: coverage_map(
        town.coverage(),
        title=name,
        target_text="> 95 %",
        target_met={"a": True, "": False},
        **given,
    ),
    "park_access": lambda town, name, **given: park_access_map(
        town.park_access(), title=name, **given
    ),
    "red_line": lambda town, name, **given: red_line_map(
        town.red_line_share(), title=name, **given
    ),
    "choropleth": lambda town, name, **given: choropleth_map(town.coverage(), title=name, **given),
    "overview": lambda town, name, **given: overview_map(findings(town, name), title=name, **given),
    "verdict": lambda town, name, **given: verdict_map(findings(town, name), title=name, **given),
    "change": lambda town, name, **given: change_map(
        town.coverage(), _later(town), names=(name, "2025"), **given
    ),
    "compare": lambda town, name, **given: compare_map(
        town.coverage(), _later(town), names=(name, "2025"), **given
    ),
    "encroachment": _encroachment,
    "red_line_change": _red_line_change,
    "buffer_conflict": _buffer_conflict,
}
"""Makers of a page by kind: of a town, a name that stands wherever a text can, and options."""
