"""The demo: the fictional city written out as an office's files, with a plan that reads them."""

from importlib import resources
from os import PathLike
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from geoplan.core.errors import ParameterError
from geoplan.core.texts import LANGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.app.city.build import City

_VECTORS = (
    *("parks", "land_use", "built_up", "red_lines", "schools"),
    *("roads", "streets", "rail", "water"),
)
_SHOWN = ("buildings", "greenways", "red_lines_before")
"""Of the further layers, those of the small plan."""


def write_demo(folder: str | PathLike[str], *, lang: str, whole_catalogue: bool = False) -> Path:
    """
    Write the fictional city's layers and its plan file.

    The files are of the kinds an office has: a Shapefile with GBK attributes and no .cpg, bus stops
    as a table in GCJ-02 as map services give them, stations as a table in WGS 84, GeoPackages,
    GeoJSON, and counts of residents and jobs as GeoTIFF.

    Parameters
    ----------
    folder : path
        Where to write; made when missing. Files of the same names are replaced.
    lang : {"en", "zh"}
        Language of names and report.
    whole_catalogue : bool, default: False
        Write the plan that names every spatial indicator of the catalogue, with all of its layers,
        in place of the small one.

    Returns
    -------
    Path
        The plan file.

    Raises
    ------
    ParameterError
        If `lang` is not one of the languages.
    """
    from geoplan.app.city.build import build_city
    from geoplan.app.city.catalogue_layers import build_layers
    from geoplan.app.city.services import district_numbers

    if lang not in LANGS:
        raise ParameterError(f"`lang` is {lang!r}; geoplan speaks {' and '.join(LANGS)}.")
    root = Path(folder)
    data = root / "data"
    data.mkdir(parents=True, exist_ok=True)
    city = build_city(lang)
    more = build_layers(city, lang)
    district_numbers(city).to_file(data / "districts.shp", encoding="GB18030")
    (data / "districts.cpg").unlink(missing_ok=True)
    drawn = {name: getattr(city, name) for name in _VECTORS}
    shown = more if whole_catalogue else {name: more[name] for name in _SHOWN}
    _write_vectors(city, {**drawn, **shown}, data)
    _write_tables(city, data)
    _write_grids(city, data)
    _write_cover(city, more, data)
    plan = root / "plan.toml"
    plan.write_text(_plan(lang, whole_catalogue=whole_catalogue), encoding="utf-8", newline="\n")
    return plan


def _plan(lang: str, *, whole_catalogue: bool) -> str:
    """Give the text of the plan; that of the whole catalogue is filled in by language."""
    from geoplan.app.city.words import words

    folder = resources.files("geoplan.app.city")
    if not whole_catalogue:
        return (folder / f"plan.{lang}.toml").read_text(encoding="utf-8")
    written = (folder / "catalogue.toml").read_text(encoding="utf-8")
    return Template(written).substitute(words(lang), lang=lang)


def _write_vectors(city: "City", layers: "Mapping[str, GeoDataFrame]", data: Path) -> None:
    for name, layer in layers.items():
        layer.to_file(data / f"{name}.gpkg", layer=name, driver="GPKG")
    city.eco_line.to_crs(4326).to_file(data / "eco_line.geojson", driver="GeoJSON")


def _write_tables(city: "City", data: Path) -> None:
    from geoplan.layers.datums.to_study_crs import wgs84_to_gcj02

    stops = city.bus_stops.to_crs(4326)
    lon, lat = wgs84_to_gcj02(stops.geometry.x.to_numpy(), stops.geometry.y.to_numpy())
    table = stops.drop(columns="geometry").assign(lon=lon.round(7), lat=lat.round(7))
    table.to_csv(data / "bus_stops_gcj02.csv", index=False, encoding="utf-8-sig")
    stations = city.stations.to_crs(4326)
    table = stations.drop(columns="geometry").assign(
        经度=stations.geometry.x.round(7), 纬度=stations.geometry.y.round(7)
    )
    table.to_csv(data / "rail_stations.csv", index=False, encoding="GB18030")


def _write_grids(city: "City", data: Path) -> None:
    from geoplan.app.city.terrain import CELL_M

    ground = city.ground
    corner = (ground.x_m[0] - CELL_M / 2, ground.y_m[-1] + CELL_M / 2)
    for name, counts in (("population", city.residents), ("jobs", city.jobs)):
        cells = counts[::-1].astype("float32")
        _write_raster(data / f"{name}_200m.tif", cells, corner, CELL_M, nodata=-9999)


def _write_cover(city: "City", more: "Mapping[str, GeoDataFrame]", data: Path) -> None:
    from geoplan.app.city.cover import CELL_COVER_M, make_cover

    water = [*more["reservoirs"].geometry, *more["sea"].geometry]
    cover = make_cover(city, water, more["wetlands"], more["mangroves"], more["bare_plots"])
    corner = (cover.west_m, cover.north_m)
    for year, cells in ((2025, cover.now), (2020, cover.before)):
        _write_raster(data / f"land_cover_{year}.tif", cells, corner, CELL_COVER_M, nodata=0)


def _write_raster(
    path: Path,
    cells: "NDArray[Any]",
    corner: tuple[float, float],
    cell_m: float,
    *,
    nodata: float,
) -> None:
    import rasterio
    from rasterio import Affine

    west, north = corner
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=cells.shape[0],
        width=cells.shape[1],
        count=1,
        dtype=cells.dtype,
        crs="EPSG:4547",
        transform=Affine(cell_m, 0, west, 0, -cell_m, north),
        nodata=nodata,
        compress="deflate",
    ) as raster:
        raster.write(cells, 1)
