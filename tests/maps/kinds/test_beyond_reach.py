"""What a map and a picture paint as out of reach is the gap of the part that they show."""

import pytest

from geoplan.maps.page.beyond_reach import beyond_reach
from geoplan.maps.pictures import picture_themes
from geoplan.maps.pictures.picture import static_map


@pytest.mark.parametrize("part", ["community", "city", "all"])
def test_the_people_painted_as_unserved_are_those_of_the_tier_in_front(town, monkeypatch, part):
    result = town.park_access()
    measure = result.measure("population", part)
    gap = measure.denominator - measure.numerator
    painted = []

    def draw(_axes, unserved, _lang):
        painted.append(unserved["unserved_amount"].sum())
        return []

    monkeypatch.setattr(picture_themes, "_draw_demand", draw)
    static_map(result, of="population", part=part, dpi=50)

    assert painted == pytest.approx([gap])
    assert beyond_reach(part, result.layers)["unserved_amount"].sum() == pytest.approx(gap)
