"""What the real cities are held against: plain shapely, and nothing of geoplan's analyses."""

import math
import shutil

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.app.run.runner import run_plan

EXAMPLES_DATA = "../../shared/data"
SIDES = 1024


@pytest.fixture(scope="session")
def run_example(request, real_data, tmp_path_factory):
    """Run a plan of ``examples/`` on the data folder of this machine."""

    def run(name):
        written = request.config.rootpath / "examples" / name
        text = written.read_text(encoding="utf-8")
        plan = tmp_path_factory.mktemp("plan") / name
        text = text.replace(EXAMPLES_DATA, real_data.as_posix())
        # Plain shapely, which the numbers are held against, measures in the plane.
        text = text.replace("[plan]\n", '[plan]\nareas = "plane"\n', 1)
        plan.write_text(text, encoding="utf-8")
        for beside in written.parent.glob("*.geojson"):
            shutil.copy(beside, plan.parent)
        return run_plan(plan)

    return run


@pytest.fixture(scope="session")
def read_plainly():
    """Read a file by geopandas alone: flat, valid, in the CRS of the study."""

    def read(path, crs, **more):
        layer = gpd.read_file(path, **more).to_crs(crs)
        return layer.set_geometry(shapely.force_2d(layer.geometry.make_valid().array))

    return read


@pytest.fixture(scope="session")
def reach_inside_and_around():
    """Give the part of a district within a distance, drawn once too small and once too large."""
    return _reach_inside_and_around


def _reach_inside_and_around(facilities, district, distance_m):
    # A polygon with its corners on the circle lies inside it; one with its corners on a circle
    # larger by 1 / cos(pi / sides) lies around it. What is true is between the two.
    larger_m = distance_m / math.cos(math.pi / SIDES)
    return tuple(_reach(facilities, district, radius_m) for radius_m in (distance_m, larger_m))


def _reach(facilities, district, radius_m):
    facilities = np.asarray(facilities, dtype=object)
    near = facilities[shapely.dwithin(facilities, district, radius_m)]
    if shapely.get_dimensions(near).any():
        # Edge by edge: a buffer of a whole polygon first smooths its outline by 1 % of the radius
        # (GEOS, BufferInputLineSimplifier), which is a hundred times what is looked for here.
        edges = _edges(near)
        edges = edges[shapely.dwithin(edges, district, radius_m)]
        drawn = np.concatenate([shapely.buffer(edges, radius_m, quad_segs=SIDES // 4), near])
    else:
        drawn = shapely.buffer(near, radius_m, quad_segs=SIDES // 4)
    return shapely.intersection(shapely.union_all(drawn), district)


def _edges(polygons):
    rings = shapely.get_rings(shapely.get_parts(polygons))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    ends = np.stack([corners[:-1], corners[1:]], axis=1)[ring[:-1] == ring[1:]]
    return shapely.linestrings(ends[(ends[:, 0] != ends[:, 1]).any(axis=1)])
