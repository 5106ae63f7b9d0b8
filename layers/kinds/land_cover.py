"""Land cover: a raster or parcels with a legend."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.hearing import tell
from geoplan.core.notices import unique
from geoplan.core.record import KEY, LoadRecord, attach_record, load_record
from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.kinds.surface import RasterSource, open_raster_layer
from geoplan.layers.rasters.cell_census import (
    cell_census,
    census_notices,
    class_positions,
    legend_notices,
    unknown_classes,
)
from geoplan.layers.rasters.class_map import NO_DATA, ClassMap, Integers, threshold_map
from geoplan.layers.rasters.class_table import Classes, as_class_map
from geoplan.layers.rasters.grid import RasterGrid
from geoplan.layers.rasters.made_grid import derive_grid
from geoplan.layers.rasters.raster_file import Bounds
from geoplan.layers.rasters.scale import check_scale

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_SHOWN = 8


@dataclass(frozen=True, eq=False)
class LandCover:
    """
    A raster of classes.

    Parameters
    ----------
    grid : RasterGrid
        Its cells as they are stored; none is in memory.
    classes : ClassMap
        Which value is which class, and the groups of each.
    record : LoadRecord
        Where it came from, and what to know of it.

    See Also
    --------
    load_land_cover : Makes one.
    """

    grid: RasterGrid
    classes: ClassMap
    record: LoadRecord

    def class_grid(self) -> RasterGrid:
        """
        Give the raster with the position of each cell's class in place of its value.

        Returns
        -------
        RasterGrid
            Of type int16: -1 is no data, k the class ``classes.classes[k]``, and
            ``len(classes.classes)`` a value that the legend does not know. Cells are still read
            only when they are asked for.
        """

        def read(row0: int, row1: int, col0: int, col1: int) -> Integers:
            return class_positions(self.grid, self.classes, (row0, row1, col0, col1))

        return derive_grid(self.grid, read, dtype="int16", nodata=float(NO_DATA))


def load_land_cover(
    source: RasterSource,
    *,
    crs: str,
    classes: Classes | None = None,
    thresholds: Mapping[str, float] | None = None,
    source_crs: str | CoordinateFit | None = None,
    bounds: Bounds | None = None,
    layer_name: str = "land_cover",
) -> LandCover:
    """
    Load a raster of land cover with its legend.

    Parameters
    ----------
    source : path, sequence of paths, LayerSource or RasterGrid
        Any raster that GDAL reads (GeoTIFF, COG, VRT), several tiles of one, or a folder of them.
    crs : str
        Study CRS: projected, in metres. The raster stays in its own.
    classes : str, path, mapping or ClassMap
        The legend: ``"worldcover"``, ``"corine"``, ``"globeland30"``, ``"china_land_survey"``,
        ``"modis_igbp"``; a table (.csv, .xlsx) with the columns ``value``, ``class``, ``groups``;
        or a mapping of values. Either this or `thresholds`.
    thresholds : mapping of str to float
        Of a measured surface (NDVI, canopy height, tree cover): class -> the value from which on
        a cell is of it, e.g. ``{"trees": 5}`` metres of canopy; see `threshold_map`.
    source_crs : str or CoordinateFit, optional
        CRS or datum of the raster; what the file says by default.
    bounds : tuple of float, optional
        West, south, east, north of the study area in `crs`: only the cells around it are looked at.
    layer_name : str, optional
        How to call the layer in messages.

    Returns
    -------
    LandCover
        The grid, its legend, and a record of what is in it.

    Raises
    ------
    ParameterError
        If not exactly one of `classes` and `thresholds` is given, the legend is unknown or fits no
        cell, the raster is rotated or misses `bounds`.
    CRSError
        If the raster says of no CRS and none is stated.
    EmptyLayerError
        If no cell has data.
    SourceError
        If a file is missing, damaged or no raster, or files are not tiles of one grid.

    Notes
    -----
    Nothing is resampled or reprojected, and no cell is kept in memory: analyses measure the exact
    part of each cell in each district. Up to 2·10⁸ cells around the study area are looked at once
    while loading, to count what has no data and what the legend does not know, with its area; of
    larger rasters the analyses say so.

    Examples
    --------
    >>> from geoplan.layers.rasters.made_grid import array_grid
    >>> cells = array_grid([[10, 10], [80, 0]], transform=(10, 0, 0, 0, -10, 0), crs="EPSG:4547")
    >>> cover = load_land_cover(cells, crs="EPSG:4547", classes="worldcover")
    >>> cover.classes.keys_of(["vegetation"])[:2], cover.class_grid().read_window(0, 2, 0, 2)
    (('tree_cover', 'shrubland'), array([[ 0,  0],
           [ 7, -1]], dtype=int16))
    """
    if (classes is None) == (thresholds is None):
        raise ParameterError(
            f"`{layer_name}` needs either `classes` (a legend, such as 'worldcover') or "
            "`thresholds` (of a measured surface, such as {'vegetation': 0.3})."
        )
    legend = as_class_map(classes) if classes is not None else threshold_map(thresholds or {})
    opened = open_raster_layer(source, crs, source_crs, bounds, layer_name, kind="land_cover")
    if legend.edges:
        opened, values = opened.measured()
        scale = check_scale(legend.edges, values, opened, layer_name)
        notices = (*opened.record.notices, *scale, *legend_notices(legend, layer_name))
        kept = values.known
    else:
        found = cell_census(opened.grid, legend, opened.window)
        notices = (*opened.record.notices, *census_notices(legend, found, layer_name))
        kept = found.known if found else 0
    record = replace(opened.record, rows_kept=kept, notices=unique(notices))
    tell(record.notices)
    return LandCover(opened.grid, legend, record)


def classify_land(
    parcels: "GeoDataFrame", *, classes: Classes, column: str = "class_code"
) -> "GeoDataFrame":
    """
    Give parcels the classes and groups of a legend.

    Parameters
    ----------
    parcels : GeoDataFrame, n rows
        Land cover or land use as polygons, e.g. from `load_land`; not modified.
    classes : str, path, mapping or ClassMap
        The legend, as for `load_land_cover`.
    column : str, optional
        Column of the codes.

    Returns
    -------
    GeoDataFrame, n rows
        `parcels` with the further columns

        ============== ===== ====================================================
        column         dtype meaning
        ============== ===== ====================================================
        ``class_key``  str   class of the legend; empty where it knows none
        ``groups``     str   its groups, with blanks between
        ============== ===== ====================================================

    Raises
    ------
    SchemaError
        If the column is missing, or the legend knows none of the codes.
    ParameterError
        If the legend is unknown.

    Notes
    -----
    Codes that the legend does not know are counted, with their area, in the load record.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> parcels = gpd.GeoDataFrame(
    ...     {"class_code": ["0301", "0701"]},
    ...     geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
    ...     crs="EPSG:4547",
    ... )
    >>> classify_land(parcels, classes="china_land_survey")["class_key"].tolist()
    ['arbor_forest', 'urban_residential']
    """
    legend = as_class_map(classes)
    if column not in parcels.columns:
        raise SchemaError(
            f"`parcels` has no column {column!r} with the codes of the legend {legend.name!r}; it "
            f"has {', '.join(map(repr, parcels.columns))}. Name it, e.g. columns={{'class_code': "
            "'DLBM'}}."
        )
    places = legend.positions(parcels[column].to_numpy())
    known = (places >= 0) & (places < len(legend.classes))
    strange = places == len(legend.classes)
    codes = sorted({str(code) for code in parcels[column].to_numpy()[strange]})
    if not known.any():
        raise SchemaError(
            f"`parcels`: the legend {legend.name!r} knows none of the codes in {column!r} (such as "
            f"{', '.join(codes[:_SHOWN]) or 'none'}). Name the right legend or column."
        )
    keys = np.array([*legend.keys, "", ""], dtype=object)
    groups = np.array([*(" ".join(one.groups) for one in legend.classes), "", ""], dtype=object)
    classed = parcels.assign(class_key=keys[places], groups=groups[places])
    if KEY not in parcels.attrs:
        return classed
    record = load_record(parcels)
    notices = list(record.notices)
    if strange.any():
        area_m2 = float(parcels.geometry.area.to_numpy()[strange].sum())
        notices.append(
            unknown_classes(record.layer, codes, int(strange.sum()), len(places), area_m2)
        )
    notices += legend_notices(legend, record.layer)
    return attach_record(classed, replace(record, notices=tuple(notices)), before=record.notices)
