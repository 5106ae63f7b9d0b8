"""Every row of the catalogue, run as its example has it on made-up layers of two squares."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.app.catalogue.example_table import example_layers, example_toml
from geoplan.app.catalogue.rows import catalogue_sources, indicator_catalogue
from geoplan.app.plan.analysis import DISTRICTS
from geoplan.app.plan.registry import ANALYSES
from geoplan.app.run.runner import run_plan

CRS = "EPSG:4547"
WEST, SOUTH, SIDE = 500_000, 2_500_000, 4_000
ABLE = [entry for entry in indicator_catalogue().values() if entry.analysis in ANALYSES]
NUMBERS = {
    *("gdp", "emissions", "night_leq", "green_share", "value", "weight"),
    *("bri", "vci", "wni", "lsi", "pli"),
}


def square(column):
    return shapely.box(WEST + column * SIDE, SOUTH, WEST + (column + 1) * SIDE, SOUTH + SIDE)


def shapes(shape):
    """Give two objects of a shape, one in each square."""
    places = [square(column).centroid for column in (0, 1)]
    if shape == "line":
        return [shapely.LineString([(p.x - 300, p.y), (p.x + 300, p.y)]) for p in places]
    return places if shape == "point" else [place.buffer(300) for place in places]


def attribute(name, example):
    """Make a value for a column that the example reads: one that counts."""
    if name in NUMBERS or "unit" in example or example.get("at_most") is not None:
        return 45.0 if name == example.get("at_most") else 40.0
    if name == "opened":
        return "2022"
    for key in ("values", "natural", "classes"):
        if key in example and "at_least" not in example:
            return example[key][0]
    return example.get("at_least", "motorway" if name == "class" else "yes")


def columns_of(entry):
    """Name the columns that an example reads beside the canonical ones."""
    example = {**entry.defaults, **entry.example}
    names = [example.get(key) for key in ("column", "value", "weight", "per_column", "amount")] + [
        value for key, value in example.items() if key in ENVIRONMENT
    ]
    by = example.get("by", [])
    names += [by] if isinstance(by, str) else by
    names += ["opened"] if "opened_from" in example else []
    names += ["class_code"] if entry.analysis == "green_space_ratio" else []
    names += [example["at_most"]] if isinstance(example.get("at_most"), str) else []
    plain = ("count", "area", "length", None)
    return [name for name in dict.fromkeys(names) if name not in plain]


ENVIRONMENT = (
    *("biological_richness", "vegetation_cover", "water_network"),
    *("land_stress", "pollution_load"),
)


def frame(name, shape, entry):
    example = {**entry.defaults, **entry.example}
    own = {column: [attribute(column, example)] * 2 for column in columns_of(entry)}
    weights = example["by"] if entry.analysis == "attribute_share" else []
    own |= {name: [40.0] * 2 for name in weights if name in own}
    if entry.analysis == "object_inventory" and "by" in example:
        own |= {example["by"]: [part_of(entry)] * 2}
    given = {
        DISTRICTS: {"district_id": ["A", "B"], "name": ["甲", "乙"], "gdp": [3.0, 4.0]},
        "population": {"population": [30.0, 10.0]},
        "jobs": {"jobs": [5.0, 7.0]},
        "parks": {"tier": ["community", "city"]},
    }.get(name, {})
    geometry = [square(0), square(1)] if shape is None else shapes(shape)
    return gpd.GeoDataFrame({**own, **given}, geometry=geometry, crs=CRS)


def part_of(entry):
    """Name the part that the first number of the row speaks of."""
    numbers = [target for key in entry.documents for _, target in entry.own_targets(key)]
    return next(
        (target.part for target in numbers if target.part not in ("", None, "total")), "any"
    )


def write_layers(folder, entry):
    """Write every layer that the example names, and give the plan that reads them."""
    data = folder / "data"
    data.mkdir()
    known = catalogue_sources().layers
    layers = example_layers(entry)
    for name, kind in layers.items():
        shape = None if DISTRICTS in (name, kind) else known[name].shape
        if shape == "raster":
            write_raster(data / f"{name}.tif")
        else:
            frame(name, shape, entry).to_file(data / f"{name}.gpkg", driver="GPKG")
    kept = columns_of(entry)
    keep = "{ " + ", ".join(f'{name} = "{name}"' for name in kept) + " }"
    line = f"columns = {keep}\n" if kept else ""
    words = f'[layers.districts]\npath = "data/districts.gpkg"\n\n{example_toml(entry, "en")}\n'
    words = re.sub(r'(path = "data/(?!walk_network)\w+\.gpkg"\n)', rf"\1{line}", words)
    path = folder / "plan.toml"
    path.write_text(f'[plan]\ncrs = "{CRS}"\n\n{words}', encoding="utf-8")
    return path


def write_raster(path):
    import rasterio
    from affine import Affine

    cells = np.full((40, 80), 10, dtype="uint8")  # trees, as WorldCover has them
    where = Affine(100, 0, WEST, 0, -100, SOUTH + SIDE)
    form = {"driver": "GTiff", "height": 40, "width": 80, "count": 1, "dtype": "uint8"}
    with rasterio.open(path, "w", crs=CRS, transform=where, nodata=0, **form) as file:
        file.write(cells, 1)


@pytest.mark.parametrize("entry", ABLE, ids=lambda entry: entry.id)
def test_a_row_runs_as_its_example_has_it(entry, tmp_path):
    (found,) = run_plan(write_layers(tmp_path, entry)).indicators

    assert found.result.analysis == entry.analysis
    assert found.headline.districts["district_id"].tolist() == ["A", "B"]
    assert (found.verdict is None) == (found.target is None)
