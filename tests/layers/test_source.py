"""Where a layer comes from."""

from pathlib import Path

import geopandas as gpd
import pytest

from geoplan.core.errors import ParameterError
from geoplan.layers.source import LayerSource, as_source


@pytest.mark.parametrize("paths", ["a.shp", Path("a.shp"), ["a.shp"], (Path("a.shp"),)])
def test_paths_become_a_tuple_of_text_however_they_are_given(paths):
    assert LayerSource(paths).paths == ("a.shp",)


def test_a_source_without_a_path_is_refused():
    with pytest.raises(ParameterError, match="`paths` is empty"):
        LayerSource([])


def test_what_a_loader_is_told_wins_over_what_the_source_says():
    given = LayerSource("a.csv", crs="BD-09", columns={"name": "A", "tier": "T"})

    described, frame = as_source(given, source_crs="GCJ-02", columns={"name": "B"})

    assert frame is None
    assert described.crs == "GCJ-02"
    assert described.columns == {"name": "B", "tier": "T"}


def test_a_frame_is_handed_through():
    given = gpd.GeoDataFrame(geometry=[])

    assert as_source(given, source_crs=None, columns=None)[1] is given
