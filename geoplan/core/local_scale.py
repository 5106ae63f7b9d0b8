"""What a study CRS does to lengths and areas where the districts are."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from geoplan.core.crs import (
    CRS_REFUSED,
    CRS_TOLD,
    choose_study_crs,
    crs_name,
    extent_deg,
    plane_per_ground,
)
from geoplan.core.errors import CRSError
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy as np
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from pyproj import CRS

_BEYOND_USE_DEG = 15.0
_CORNERS_EACH, _CORNERS = 12, 20_000

Judged = Literal["area", "scale"]
"""What a number hangs on: areas, or lengths and distances."""


@dataclass(frozen=True, eq=False)
class LocalFactors:
    """
    What a projection does to the ground at some points.

    Parameters
    ----------
    ground_per_plane : array of float, n
        Area on the ellipsoid per area of the plane.
    metric : array of float, n × 3
        E, F, G in ds² = E dx² + 2 F dx dy + G dy², with ds on the ellipsoid.
    lon_lat : array of float, n × 2
        Where the points are, in degrees.
    reason : str
        Empty; or why nothing can be said: ``"no_datum"`` (a local plane that is not tied to the
        earth), ``"elsewhere"`` (coordinates that are not of this CRS: it is made for another part
        of the world).
    """

    ground_per_plane: "NDArray[np.float64]"
    metric: "NDArray[np.float64]"
    lon_lat: "NDArray[np.float64]"
    reason: str = ""

    @property
    def scale_error(self) -> "NDArray[np.float64]":
        """Largest departure of a length from the truth, as a share, in any direction."""
        import numpy as np

        e, f, g = self.metric.T
        mean, spread = (e + g) / 2, np.hypot((e - g) / 2, f)
        scales = 1 / np.sqrt(np.stack([mean + spread, np.maximum(mean - spread, 1e-12)]))
        return np.asarray(np.abs(scales - 1).max(axis=0))

    @property
    def area_error(self) -> "NDArray[np.float64]":
        """Departure of an area from the truth, as a share."""
        import numpy as np

        return np.asarray(np.abs(1 / self.ground_per_plane - 1))


def local_factors(crs: "CRS", xy: "NDArray[np.float64]") -> LocalFactors:
    """
    Learn what a projection does to lengths and areas at points of its plane.

    Parameters
    ----------
    crs : CRS
        Projected, in metres.
    xy : array of float, n × 2
        Points, x (east) first.

    Returns
    -------
    LocalFactors
        With a reason in the place of numbers where the CRS is not tied to the ellipsoid, or where
        the points lie 15° and more north or south of the part of the world that it is made for:
        the local grids of cities leave off the millions of metres of the northing, and are easily
        given out as the national CRS that they were cut from.

    Examples
    --------
    >>> import numpy as np
    >>> from geoplan.core.crs import parse_crs
    >>> found = local_factors(parse_crs("EPSG:4548"), np.array([[191_600.0, 2_500_000.0]]))
    >>> found.lon_lat.round(2).tolist(), found.area_error.round(4).tolist()
    ([[114.0, 22.57]], [0.0024])
    """
    import numpy as np
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    nowhere = LocalFactors(np.empty(0), np.empty((0, 3)), np.empty((0, 2)), "no_datum")
    base = crs.geodetic_crs
    if base is None or crs.get_geod() is None:
        return nowhere
    try:
        lon, lat = Transformer.from_crs(crs, base, always_xy=True).transform(*xy.T)
        unit = float(base.axis_info[0].unit_conversion_factor)
        lon, lat = np.rad2deg(np.asarray(lon) * unit), np.rad2deg(np.asarray(lat) * unit)
        if not np.isfinite(lat).all():
            return replace(nowhere, reason="elsewhere")
        (xe, xn), (ye, yn) = plane_per_ground(crs, lon, lat)
    except ProjError:
        return nowhere
    area = np.abs(xe * yn - xn * ye)
    if not (np.isfinite(area).all() and (area > 0).all()):
        return replace(nowhere, reason="elsewhere")
    use, middle = crs.area_of_use, float(np.median(lat))
    beyond = use is not None and max(use.south - middle, middle - use.north) > _BEYOND_USE_DEG
    if beyond and np.abs(area - 1).max() <= CRS_REFUSED:
        return replace(nowhere, reason="elsewhere")
    metric = np.column_stack([ye**2 + yn**2, -(xe * ye + xn * yn), xe**2 + xn**2])
    metric = metric / area[:, None] ** 2
    return LocalFactors(1 / area, metric, np.column_stack([lon, lat]))


def crs_notices(
    districts: "GeoDataFrame", judged: "Collection[Judged]", areas: str
) -> tuple[Notice, ...]:
    """
    Judge a study CRS by what it does to lengths and areas where the districts are.

    Parameters
    ----------
    districts : GeoDataFrame
        In a projected CRS in metres.
    judged : collection of {"area", "scale"}
        What the numbers hang on.
    areas : {"ellipsoid", "plane"}
        Where areas are measured.

    Returns
    -------
    tuple of Notice
        One if the worst district is off by more than 0.2 %. Empty where nothing can be said: a
        local plane without a datum, coordinates of another system.

    Raises
    ------
    CRSError
        If a district is off by more than 1 %.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> box = gpd.GeoDataFrame(geometry=[shapely.box(114, 22.6, 114.05, 22.65)], crs=4490)
    >>> [notice.code for notice in crs_notices(box.to_crs(4547), ["area", "scale"], "plane")]
    []
    >>> crs_notices(box.to_crs(4548), ["area"], "plane")[0].values["percent"]
    0.23...
    >>> crs_notices(box.to_crs(3395), ["area"], "plane")
    Traceback (most recent call last):
    ...
    geoplan.core.errors.CRSError: `districts` is in EPSG:3395, ... 17 % ... crs='EPSG:4547'.
    """
    import numpy as np

    xy, row = _some_corners(districts)
    if not len(xy):
        return ()
    found = local_factors(districts.crs, xy)
    if found.reason:
        return ()
    errors = {"area": found.area_error, "scale": found.scale_error}
    worst = {name: float(errors[name].max()) for name in ("area", "scale") if name in judged}
    name = max(worst, key=lambda one: worst[one], default="area")
    error = worst.get(name, 0.0)
    if error <= CRS_TOLD:
        return ()
    better = choose_study_crs(extent_deg(*found.lon_lat.T))
    crs = crs_name(districts.crs)
    if error > CRS_REFUSED:
        thing = {"area": "areas", "scale": "lengths"}[name]
        raise CRSError(
            f"`districts` is in {crs}, in which {thing} are off by up to {100 * error:.2g} % where "
            f"they lie; beyond 1 % nothing is measured. Load every layer into "
            f"a CRS made for the place, e.g. crs={better.crs!r}."
        )
    off = np.unique(row[np.max([errors[one] for one in worst], axis=0) > CRS_TOLD])
    code = "study_crs_off_scale" if name == "scale" else f"study_crs_off_area_{areas}"
    values = {"crs": crs, "percent": 100 * error, "better": better.crs}
    return (Notice(code, "districts", len(off), len(districts), values),)


def _some_corners(
    districts: "GeoDataFrame",
) -> "tuple[NDArray[np.float64], NDArray[np.intp]]":
    """Give up to a dozen corners of each district, and whose each is."""
    import numpy as np
    import shapely

    xy, row = shapely.get_coordinates(np.asarray(districts.geometry.array), return_index=True)
    most = max(1, min(_CORNERS_EACH, _CORNERS // max(len(districts), 1)))
    count = np.bincount(row, minlength=len(districts))
    nth = np.arange(len(row)) - (np.cumsum(count) - count)[row]
    kept = nth % -(-count // most)[row] == 0
    return xy[kept], row[kept]
