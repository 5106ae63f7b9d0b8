"""Where a layer comes from."""

from pathlib import Path

import geopandas as gpd
import pytest

from geoplan.core.errors import ParameterError
from geoplan.layers.readers.source import LayerSource, as_source


@pytest.mark.parametrize("paths", ["a.shp", Path("a.shp"), ["a.shp"], (Path("a.shp"),)])
def test_paths_become_a_tuple_of_text_however_they_are_given(paths):
    assert LayerSource(paths).paths == ("a.shp",)


def test_a_source_without_a_path_is_refused():
    with pytest.raises(ParameterError, match="`paths` is empty"):
        LayerSource([])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"layer": []}, "`layer` is an empty list; name at least one"),
        ({"layer": 0}, "`layer` is 0; wanted the name of a layer"),
        ({"layer": ["a", 1]}, r"`layer` is \['a', 1\]; wanted the name"),
        ({"layer": ["a", "b", "a"]}, "`layer` names 'a' twice, and its rows would count twice"),
        ({"paths": ["a.gpkg", Path("a.gpkg")]}, "`paths` names 'a.gpkg' twice"),
        ({"paths": 7}, "`source` is a int; wanted a path"),
        ({"paths": gpd.GeoDataFrame(geometry=[])}, "`source` is a GeoDataFrame; wanted a path"),
    ],
)
def test_what_is_no_path_or_layer_or_would_count_twice_is_refused(given, words):
    with pytest.raises(ParameterError, match=words):
        LayerSource(**{"paths": "a.gpkg", **given})


def test_what_a_loader_is_told_wins_over_what_the_source_says():
    given = LayerSource("a.csv", crs="BD-09", columns={"name": "A", "tier": "T"})

    described, frame = as_source(given, source_crs="GCJ-02", columns={"name": "B"})

    assert frame is None
    assert described.crs == "GCJ-02"
    assert described.columns == {"name": "B", "tier": "T"}


def test_a_frame_is_handed_through():
    given = gpd.GeoDataFrame(geometry=[])

    assert as_source(given, source_crs=None, columns=None)[1] is given
