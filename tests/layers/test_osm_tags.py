"""Tags say who uses a way: each row of the table, and the order of the rows."""

import pytest

from geoplan.layers.osm.tags import RULES, closes_way, way_kind


def allowed(mode, **tags):
    return way_kind({key.replace("__", ":"): value for key, value in tags.items()}, mode=mode)


@pytest.mark.parametrize(
    ("tags", "walk", "cycle"),
    [
        ({"highway": "footway"}, True, False),
        ({"highway": "footway", "footway": "sidewalk"}, True, False),
        ({"highway": "footway", "bicycle": "designated"}, True, True),
        ({"highway": "path"}, True, True),
        ({"highway": "path", "bicycle": "no"}, True, False),
        ({"highway": "pedestrian", "area": "yes"}, True, False),
        ({"highway": "steps"}, True, False),
        ({"highway": "living_street"}, True, True),
        ({"highway": "residential"}, True, True),
        ({"highway": "residential", "sidewalk": "separate"}, True, True),
        ({"highway": "residential", "foot": "use_sidepath"}, False, True),
        ({"highway": "residential", "bicycle": "use_sidepath"}, True, False),
        ({"highway": "residential", "access": "private"}, False, False),
        ({"highway": "residential", "access": "private", "foot": "permissive"}, True, False),
        ({"highway": "residential", "access": "destination"}, True, True),
        ({"highway": "residential", "vehicle": "no"}, True, False),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, True, True),
        ({"highway": "service", "service": "parking_aisle"}, True, True),
        ({"highway": "service", "service": "private"}, False, False),
        ({"highway": "cycleway"}, True, True),
        ({"highway": "cycleway", "foot": "no"}, False, True),
        ({"highway": "track"}, True, True),
        ({"highway": "bridleway"}, True, False),
        ({"highway": "trunk"}, True, True),
        ({"highway": "trunk", "motorroad": "yes"}, False, False),
        ({"highway": "trunk", "motorroad": "yes", "foot": "yes"}, True, False),
        ({"highway": "motorway"}, False, False),
        ({"highway": "motorway", "foot": "yes", "bicycle": "yes"}, True, True),
        ({"highway": "motorway_link"}, False, False),
        ({"highway": "construction", "foot": "yes"}, False, False),
        ({"highway": "proposed"}, False, False),
        ({"highway": "platform"}, False, False),
        ({"highway": "corridor"}, False, False),
        ({"highway": "footway", "indoor": "yes"}, False, False),
        ({"highway": "footway", "indoor": "no"}, True, False),
        ({"highway": "steps", "conveying": "forward"}, False, False),
        ({"highway": "via_ferrata"}, False, False),
        ({"highway": "no"}, False, False),
        ({"route": "ferry", "foot": "yes"}, False, False),
        ({"foot": "yes"}, False, False),
        ({}, False, False),
    ],
)
def test_a_way_is_used_as_the_table_says(tags, walk, cycle):
    assert way_kind(tags, mode="walk").allowed is walk
    assert way_kind(tags, mode="cycle").allowed is cycle


def test_the_reason_is_the_tag_that_decided():
    assert allowed("walk", highway="service", access="private").reason == "access=private"
    assert allowed("walk", highway="via_ferrata").reason == "highway=via_ferrata"
    assert allowed("walk", railway="rail").reason == "no highway"


def test_every_row_of_the_table_decides_something_and_no_value_of_highway_twice():
    for mode in ("walk", "cycle"):
        values = [v for r in RULES if r.key == "highway" and getattr(r, mode) is not None
                  for v in r.values]  # fmt: skip
        assert len(values) == len(set(values))
    assert all(rule.walk is not None or rule.cycle is not None for rule in RULES)


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "no"}, 0),
        ({"oneway": "yes", "oneway:bicycle": "no"}, 0),
        ({"oneway:bicycle": "yes"}, 1),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, 0),
        ({"oneway": "yes", "cycleway:left": "opposite"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"junction": "roundabout", "oneway": "no"}, 0),
    ],
)
def test_one_way_streets_bind_cyclists_unless_they_are_exempt(tags, direction):
    street = {"highway": "residential", **tags}
    assert way_kind(street, mode="cycle").direction == direction
    assert way_kind(street, mode="walk").direction == 0


def test_people_on_foot_heed_only_their_own_one_way_signs():
    assert allowed("walk", highway="footway", oneway__foot="yes").direction == 1
    assert allowed("walk", highway="footway", oneway__foot="-1").direction == -1


def test_stairs_crossings_bridges_and_tunnels_are_known_as_such():
    kind = allowed("walk", highway="footway", footway="crossing")
    assert (kind.crossing, kind.stairs, kind.structure, kind.name) == (
        True, False, False, "footway",
    )  # fmt: skip
    assert allowed("walk", highway="path", path="crossing").crossing
    assert allowed("walk", highway="steps").stairs
    assert allowed("walk", highway="path", bridge="viaduct").structure
    assert allowed("walk", highway="path", tunnel="building_passage").structure
    assert not allowed("walk", highway="path", tunnel="no").structure


@pytest.mark.parametrize(
    ("tags", "walk", "cycle"),
    [
        ({"barrier": "gate"}, False, False),
        ({"barrier": "gate", "access": "private"}, True, True),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, False, True),
        ({"barrier": "gate", "foot": "no"}, True, False),
        ({"barrier": "gate", "bicycle": "no"}, False, True),
        ({"barrier": "gate", "locked": "yes"}, True, True),
        ({"barrier": "gate", "locked": "yes", "access": "yes"}, False, False),
        ({"barrier": "bollard"}, False, False),
        ({"barrier": "no", "access": "no"}, False, False),
        ({"entrance": "yes", "access": "no"}, False, False),
    ],
)
def test_a_barrier_closes_a_way_to_those_it_refuses(tags, walk, cycle):
    assert closes_way(tags, mode="walk") is walk
    assert closes_way(tags, mode="cycle") is cycle
