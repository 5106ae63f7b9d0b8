"""The demo: the fictional city written out as an office's files, with a plan that reads them."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from geoplan.core.errors import ParameterError
from geoplan.core.texts import LANGS

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.app.city.build import City

_VECTORS = (
    *("parks", "land_use", "built_up", "red_lines", "schools"),
    *("roads", "streets", "rail", "water"),
)


def write_demo(folder: str | PathLike[str], *, lang: str) -> Path:
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

    if lang not in LANGS:
        raise ParameterError(f"`lang` is {lang!r}; geoplan speaks {' and '.join(LANGS)}.")
    root = Path(folder)
    data = root / "data"
    data.mkdir(parents=True, exist_ok=True)
    city = build_city(lang)
    _write_vectors(city, data)
    _write_tables(city, data)
    _write_grids(city, data)
    plan = root / "plan.toml"
    template = Path(__file__).with_name("city") / f"plan.{lang}.toml"
    plan.write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    return plan


def _write_vectors(city: "City", data: Path) -> None:
    city.districts.to_file(data / "districts.shp", encoding="GB18030")
    (data / "districts.cpg").unlink(missing_ok=True)
    for name in _VECTORS:
        layer: GeoDataFrame = getattr(city, name)
        layer.to_file(data / f"{name}.gpkg", layer=name, driver="GPKG")
    city.eco_line.to_crs(4326).to_file(data / "eco_line.geojson", driver="GeoJSON")


def _write_tables(city: "City", data: Path) -> None:
    from geoplan.layers.datums import wgs84_to_gcj02

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
    import rasterio
    from rasterio import Affine

    from geoplan.app.city.terrain import CELL_M

    ground = city.ground
    west, north = ground.x_m[0] - CELL_M / 2, ground.y_m[-1] + CELL_M / 2
    transform = Affine(CELL_M, 0, west, 0, -CELL_M, north)
    for name, counts in (("population", city.residents), ("jobs", city.jobs)):
        with rasterio.open(
            data / f"{name}_200m.tif",
            "w",
            driver="GTiff",
            height=counts.shape[0],
            width=counts.shape[1],
            count=1,
            dtype="float32",
            crs="EPSG:4547",
            transform=transform,
            nodata=-9999,
            compress="deflate",
        ) as raster:
            raster.write(counts[::-1].astype("float32"), 1)
