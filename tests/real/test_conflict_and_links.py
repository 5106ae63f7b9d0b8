"""Buildings in protected areas of Las Palmas, parks on the connectors of Singapore."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely

import geoplan as gp

pytestmark = pytest.mark.real

PBF = "laspalmas/example_las_palmas_2023_osm_20230221.pbf"
UTM28, SVY21 = "EPSG:32628", "EPSG:3414"
GAP_M = 50.0


def test_buildings_in_protected_areas_of_las_palmas_are_those_of_an_overlay(real_data):
    districts = gp.load_districts(
        real_data / "laspalmas" / "laspalmas_secondary_school_catchments.geojson",
        crs=UTM28,
        columns={"district_id": "Codigo", "name": "Denominaci"},
    )
    buildings, areas = (
        gp.load_osm_features(real_data / PBF, crs=UTM28, tags=tags, family="polygon")
        for tags in ({"building": True}, {"boundary": "protected_area"})
    )
    result = gp.encroachment(buildings, districts, lines=areas, min_overlap=1, areas="plane")

    whole = gpd.GeoDataFrame(geometry=[districts.union_all()], crs=UTM28)
    ground = gpd.GeoDataFrame(geometry=[areas.union_all()], crs=UTM28)
    footprints = buildings[["osm_id", "geometry"]]
    cut = gpd.overlay(gpd.overlay(footprints, whole), ground, keep_geom_type=False)
    held = cut.area.groupby(cut["osm_id"]).sum()
    held = held[held >= 1]

    assert (len(buildings), len(areas)) == (22_595, 6)
    assert result.measure("count", "total").value == len(held) == 704
    assert result.measure("area", "total").value == pytest.approx(held.sum(), rel=1e-9)


def test_parks_of_singapore_hang_together_as_their_grown_shapes_do(real_data):
    folder = real_data / "singapore"
    districts = gp.load_districts(
        folder / "planning-area.geojson", crs=SVY21, columns={"district_id": "name"}
    )
    parks = gp.load_parks(folder / "NParksParksandNatureReserves.geojson", crs=SVY21)
    connectors = gp.load_facilities(
        folder / "ParkConnectorLoop.geojson", crs=SVY21, layer_name="connectors"
    )
    found = gp.connectivity(parks, districts, gap_m=GAP_M, links=connectors)

    shapes = np.concatenate([parks.geometry.to_numpy(), connectors.geometry.to_numpy()])
    parts, owner = shapely.get_parts(shapes, return_index=True)
    grown = shapely.get_parts(shapely.union_all(shapely.buffer(parts, GAP_M / 2, quad_segs=64)))
    part, blob = shapely.STRtree(grown).query(parts, predicate="intersects")
    graph = nx.Graph(
        (f"shape {shape}", f"blob {where}")
        for shape, where in zip(owner[part].tolist(), blob.tolist(), strict=True)
    )
    component = {
        node: n for n, nodes in enumerate(nx.connected_components(graph)) for node in nodes
    }
    of_park = [component[f"shape {row}"] for row in range(len(parks))]
    near = shapely.distance(
        parks.geometry.to_numpy(), shapely.union_all(connectors.geometry.to_numpy())
    )

    layer = found.layers["parks"]
    assert layer["component"].nunique() == len(set(of_park))
    assert layer["linked"].tolist() == (near <= GAP_M).tolist()
    assert found.measure("parks").numerator == 116
