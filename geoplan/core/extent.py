"""How far a source reaches: beyond it nothing is known, and whoever is not served there may be."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from geoplan.core.errors import CRSError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

Origin = Literal["all", "layer", "header", "hull"]
"""What an extent is known from."""

_KEY = "geoplan_extent"
_UNITS_KEY = "geoplan_within_units"
_EVEN = "even"
_AREA = 2


@dataclass(frozen=True)
class Extent:
    """
    The ground for which a source holds everything there is.

    Parameters
    ----------
    area : Polygon or MultiPolygon or None
        The ground, in the study CRS; None for everywhere.
    origin : {"all", "layer", "header", "hull"}
        Stated as everywhere; stated by a layer; the box in the header of an OSM file; the concave
        hull of its nodes.
    layer : str
        The layer that states it.
    """

    area: Any
    origin: Origin
    layer: str = ""

    @property
    def told(self) -> str:
        """What a definition says of it: its origin, or the name of the layer."""
        return self.layer if self.origin == "layer" and self.layer else self.origin


def stated_extent(extent: "GeoDataFrame | str", *, crs: str, layer: str = "") -> Extent:
    """
    Read an extent that somebody states.

    Parameters
    ----------
    extent : GeoDataFrame of Polygon or MultiPolygon, or "all"
        The ground that the source covers, in the study CRS.
    crs : str
        The study CRS.
    layer : str
        Its name, for the definition.

    Returns
    -------
    Extent
        All its polygons together.

    Raises
    ------
    ParameterError
        If it is another text, or holds no polygon.
    CRSError
        If it is in another CRS.

    Examples
    --------
    >>> stated_extent("all", crs="EPSG:4547").told
    'all'
    """
    if isinstance(extent, str):
        if extent != "all":
            raise ParameterError(
                f"`extent` is {extent!r}; wanted 'all', or a layer of polygons: the ground for "
                "which the source holds everything there is."
            )
        return Extent(None, "all")
    import shapely
    from pyproj import CRS

    if extent.crs is None or extent.crs != CRS.from_user_input(crs):
        came = "no CRS" if extent.crs is None else extent.crs.to_string()
        raise CRSError(f"`extent` is in {came}; wanted {crs}, as the layer. Load it with `crs`.")
    shapes = extent.geometry.to_numpy()
    areas = shapes[shapely.get_dimensions(shapes) == _AREA]
    if not len(areas):
        raise ParameterError(
            f"`extent` holds no polygon ({len(shapes)} rows); wanted the ground that the source "
            "covers as polygons, or 'all'."
        )
    return Extent(shapely.union_all(shapely.make_valid(areas)), "layer", layer)


def attach_extent(layer: "GeoDataFrame", extent: Extent | None) -> "GeoDataFrame":
    """Return a shallow copy of `layer` that carries its extent; without one where it is None."""
    copy = layer.copy(deep=False)
    rest = {key: value for key, value in layer.attrs.items() if key != _KEY}
    copy.attrs = rest if extent is None else {**rest, _KEY: _as_dict(extent)}
    return copy


def extent_of(layer: "GeoDataFrame") -> Extent | None:
    """Read the extent that a layer carries; None where it carries none."""
    fields: Mapping[str, str] | None = layer.attrs.get(_KEY)
    if fields is None:
        return None
    import shapely

    area = shapely.from_wkb(fields["area"]) if fields["area"] else None
    return Extent(area, fields["origin"], fields["layer"])  # type: ignore[arg-type]


def _as_dict(extent: Extent) -> dict[str, str]:
    import shapely

    area = "" if extent.area is None else str(shapely.to_wkb(extent.area, hex=True))
    return {"area": area, "origin": extent.origin, "layer": extent.layer}


def spread_evenly(layer: "GeoDataFrame") -> "GeoDataFrame":
    """
    State that people are spread evenly within the units of a layer, however large these are.

    Parameters
    ----------
    layer : GeoDataFrame
        Population or jobs in polygons.

    Returns
    -------
    GeoDataFrame
        A shallow copy that carries the statement. Shares of it are not left open where a unit is
        larger than the distance.

    Examples
    --------
    >>> import geopandas as gpd
    >>> are_spread_evenly(spread_evenly(gpd.GeoDataFrame(geometry=[])))
    True
    """
    copy = layer.copy(deep=False)
    copy.attrs = {**layer.attrs, _UNITS_KEY: _EVEN}
    return copy


def are_spread_evenly(layer: "GeoDataFrame") -> bool:
    """Tell whether somebody states that people are spread evenly within the units of a layer."""
    return bool(layer.attrs.get(_UNITS_KEY) == _EVEN)
