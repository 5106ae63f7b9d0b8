"""Load records travel with their layer and survive a round trip through JSON."""

import json

import geopandas as gpd
import pytest

from geoplan.core.errors import SchemaError
from geoplan.core.notices import Notice, unique
from geoplan.core.record import LoadRecord, attach_record, load_record

RECORD = LoadRecord(
    "parks",
    "parks",
    paths=("公园.shp",),
    sha256=("ab",),
    rows_read=3,
    rows_kept=2,
    notices=(Notice("dropped_no_geometry", "parks", 1, 3),),
)


def test_a_record_comes_back_from_the_layer_it_was_attached_to():
    layer = attach_record(gpd.GeoDataFrame(geometry=[], crs=4547), RECORD)
    assert load_record(layer) == RECORD


def test_attaching_leaves_the_layer_given_alone():
    layer = gpd.GeoDataFrame(geometry=[], crs=4547)
    attach_record(layer, RECORD)
    assert layer.attrs == {}


def test_a_record_is_json():
    assert LoadRecord.from_dict(json.loads(json.dumps(RECORD.as_dict()))) == RECORD


def test_a_layer_without_a_record_says_why():
    with pytest.raises(SchemaError, match="no load record"):
        load_record(gpd.GeoDataFrame(geometry=[], crs=4547))


def test_repeated_notices_are_kept_once():
    notice = Notice("dropped_no_geometry", "parks", 1, 3)
    assert unique([notice, notice]) == (notice,)
