"""Districts across 180° are one place, however their file writes them."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.app.run.runner import run_plan
from geoplan.core.crs import choose_study_crs, extent_deg
from geoplan.core.errors import CRSError
from geoplan.core.record import load_record
from geoplan.layers.kinds.districts import load_districts
from geoplan.layers.network.walk_network import load_walk_network

CRS = "EPSG:3460"
LAND_M2 = 1061.63e6  # ellipsoidal, 0.3° of longitude by 0.3° of latitude at 17° S
WHOLE = shapely.box(179.9, -17, 180.2, -16.7)


def other_side(xy):
    """Write longitudes beyond 180 as most files do."""
    return np.column_stack([np.where(xy[:, 0] > 180, xy[:, 0] - 360, xy[:, 0]), xy[:, 1]])


JUMPING = shapely.transform(WHOLE, other_side)
SPLIT = shapely.MultiPolygon(
    [shapely.box(179.9, -17, 180, -16.7), shapely.box(-180, -17, -179.8, -16.7)]
)


def layer(shape, crs=4326):
    return gpd.GeoDataFrame({"district_id": ["A"], "name": ["A"]}, geometry=[shape], crs=crs)


@pytest.mark.parametrize(
    ("shape", "told"), [(WHOLE, 0), (JUMPING, 1), (SPLIT, 1)], ids=["whole", "jumping", "split"]
)
def test_an_island_across_180_has_its_size(shape, told):
    districts = load_districts(layer(shape), crs=CRS)
    assert districts.area.sum() == pytest.approx(LAND_M2, rel=5e-4)
    assert len(shapely.get_parts(districts.geometry[0])) == 1
    codes = [n.code for n in load_record(districts).notices]
    assert codes.count("across_180") == told
    assert "outside_area_of_use" not in codes


def test_a_layer_in_a_crs_across_180_is_where_that_crs_is_made_for():
    metric = load_districts(layer(SPLIT), crs=CRS)[["district_id", "name", "geometry"]]
    again = load_districts(metric, crs=CRS)
    assert again.area.sum() == pytest.approx(LAND_M2, rel=5e-4)
    assert load_record(again).notices == ()


@pytest.mark.parametrize("source", ["whole", "jumping", "split", "metric"])
@pytest.mark.parametrize("crs", ["", f'[plan]\ncrs = "{CRS}"\n'])
def test_a_plan_measures_the_island(tmp_path, source, crs):
    shape = {"whole": WHOLE, "jumping": JUMPING}.get(source, SPLIT)
    stop = gpd.GeoDataFrame(geometry=[shapely.Point(180, -16.85)], crs=4326)
    districts = layer(shape)
    if source == "metric":
        districts, stop = districts.to_crs(CRS), stop.to_crs(CRS)
    districts.to_file(tmp_path / "d.gpkg")
    stop.to_file(tmp_path / "s.gpkg")
    (tmp_path / "plan.toml").write_text(
        f'{crs}[layers.districts]\npath = "d.gpkg"\nid = "district_id"\nname = "name"\n'
        '[layers.bus_stops]\npath = "s.gpkg"\n[indicators.c]\nanalysis = "coverage"\n'
        'facilities = "bus_stops"\ndistance_m = 5000\ndistance = "straight"\nof = "land"\n',
        encoding="utf-8",
    )
    (found,) = run_plan(tmp_path / "plan.toml").indicators
    assert found.result.measures[0].value == pytest.approx(np.pi * 5e3**2 / LAND_M2, rel=2e-3)


def test_the_chosen_crs_is_made_for_the_island_and_not_for_the_far_side_of_the_earth():
    bounds = extent_deg(*shapely.get_coordinates(SPLIT).T)
    assert bounds == pytest.approx((179.9, -17, 180.2, -16.7))
    assert choose_study_crs(bounds).area_error < 2e-3
    wide = choose_study_crs((176, -19, 183, -12))
    assert "+lon_0=179.5" in wide.crs


def test_a_street_across_180_is_as_long_as_it_is():
    street = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(179.999, -17), (-179.999, -17)])], crs=4326
    )
    assert load_walk_network(street, crs=CRS).length_m.item() == pytest.approx(213, abs=1)


def test_longitudes_beyond_180_far_from_the_others_are_still_refused():
    rows = gpd.GeoDataFrame(
        {"district_id": list("abc"), "name": list("abc")},
        geometry=[shapely.box(x, 22, x + 0.1, 22.1) for x in (114, 114.1, 214.2)],
        crs=4326,
    )
    with pytest.raises(CRSError, match="1 of 3 rows are beyond ±180, ±90"):
        load_districts(rows, crs="EPSG:4547")


def test_a_shape_as_wide_as_the_earth_is_no_shape_across_180():
    world = shapely.box(-180, -60, 180, 60)
    assert load_districts(layer(world), crs="EPSG:8857").area.item() > 3.6e14
