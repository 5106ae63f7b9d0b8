"""Where a layer comes from, and how to read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike, fspath
from typing import TYPE_CHECKING, TypeAlias, Union

from geoplan.core.errors import ParameterError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.layers.datums.fits import CoordinateFit

PathText: TypeAlias = str | PathLike[str]
Source: TypeAlias = Union[PathText, Sequence[PathText], "GeoDataFrame", "LayerSource"]
"""What a loader accepts: a path, several paths, a GeoDataFrame or a `LayerSource`."""

OsmTags: TypeAlias = Mapping[str, bool | str | Sequence[str]]
"""Key -> value, values, or True for any; a thing in an OSM file that has one of them belongs."""


ALL_LAYERS = "*"
"""In place of the name of a layer: all of them."""


@dataclass(frozen=True)
class LayerSource:
    """
    Files of one layer, and everything a reader has to be told about them.

    Parameters
    ----------
    paths : str, path or sequence of them
        One file, or several with the same columns that are read one after the other.
    layer : str or sequence of str
        Layer of a file with several (GeoPackage, File GDB, KML, TopoJSON, a zip), or sheet of a
        workbook. A list of them, or ``"*"`` for all, is read one after the other; a column
        ``layer`` then holds which one a row is of, unless the file has such a column.
    where : str
        Rows to keep, as the condition of an SQL ``WHERE`` on the columns *of the file*:
        comparisons, ``AND``, ``OR``, ``NOT``, ``IN``, ``LIKE``, ``BETWEEN``, ``IS NULL``. Text in
        'single quotes', an unusual column name in "double quotes".
    encoding : str
        Encoding of the attributes; detected when empty.
    crs : str, CoordinateFit or None
        CRS or datum of the coordinates: ``EPSG:…``, PROJ, WKT, ``CGCS2000``, ``GCJ-02``,
        ``BD-09``, ``BD-09MC``, or a fit. None: what the file says of itself.
    x, y : str
        Coordinate columns of a table; recognised by their names when empty.
    columns : mapping of str to str
        Canonical name -> name in the file: ``{"district_id": "CODE", "name": "NAME"}``.
    as_of : str
        Date of the content, for the record.
    source : str
        Whom to credit, for the record.
    value : str
        Column of the amount: persons, jobs, or the weight of a facility.
    unit : str
        Unit of a population raster: ``count`` or ``per_km2``.
    nodata : float or "none"
        Of a raster: a further stored number that stands for no data, or ``"none"`` if every number
        is a value, so that none is taken for a fill. None: what the file says, and what is found.
    scale, offset : float
        Of a raster: a stored number n means ``n * scale + offset``, whatever the file says.
    units : mapping of str to str
        Canonical name -> unit in which the file has the column, such as ``{"population": "万人"}``,
        where neither its cells nor its name say so.
    closed_lines : str
        ``"areas"``: lines that close are the areas they enclose, as in CAD drawings.
    tags : mapping
        What to look for in an OSM file: ``{"amenity": ["school", "kindergarten"]}``,
        ``{"building": True}`` for any value. Empty: what is settled for a layer of this name.

    Raises
    ------
    ParameterError
        If no path is given, a path or layer is named twice, or what is given is none.

    Examples
    --------
    >>> LayerSource("stops.csv", crs="GCJ-02", columns={"stop_id": "ID"}).paths
    ('stops.csv',)
    """

    paths: PathText | Sequence[PathText]
    layer: str | Sequence[str] = ""
    where: str = ""
    encoding: str = ""
    crs: "str | CoordinateFit | None" = None
    x: str = ""
    y: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    as_of: str = ""
    source: str = ""
    value: str = ""
    unit: str = ""
    nodata: float | str | None = None
    scale: float | None = None
    offset: float | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    closed_lines: str = ""
    tags: OsmTags = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Normalise the paths and layers to tuples of text."""
        _check_paths(self.paths)
        if not self.files:
            raise ParameterError("`paths` is empty; name at least one file.")
        _check_once("paths", self.files)
        if not isinstance(self.layer, str):
            object.__setattr__(self, "layer", _layers(self.layer))
        object.__setattr__(self, "paths", self.files)

    @property
    def files(self) -> tuple[str, ...]:
        """The paths as text, however they were given."""
        given = self.paths
        paths = (given,) if isinstance(given, str | PathLike) else given
        return tuple(fspath(path) for path in paths)


def as_source(
    source: Source,
    *,
    source_crs: "str | CoordinateFit | None",
    columns: Mapping[str, str] | None,
) -> "tuple[LayerSource, GeoDataFrame | None]":
    """
    Bring what a caller gave a loader into one form.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame or LayerSource
        The layer.
    source_crs : str, CoordinateFit or None
        Wins over ``source.crs``.
    columns : mapping of str to str or None
        Added to ``source.columns``, and wins over them.

    Returns
    -------
    tuple of LayerSource and GeoDataFrame or None
        The description; and the frame, if one was given in place of files.

    Raises
    ------
    ParameterError
        If it is none of these.
    """
    frame = None
    if isinstance(source, LayerSource):
        described = source
    elif hasattr(source, "active_geometry_name"):  # a frame, without importing geopandas
        described, frame = LayerSource("<GeoDataFrame>"), source
    else:
        _check_paths(source)
        described = LayerSource(source)
    described = replace(
        described,
        crs=described.crs if source_crs is None else source_crs,
        columns={**described.columns, **(columns or {})},
    )
    return described, frame


def _check_paths(source: object) -> None:
    """Refuse what is no path: a graph, a plain table, a number."""
    paths = [source] if isinstance(source, str | PathLike) else source
    listed = isinstance(paths, Sequence) and all(isinstance(one, str | PathLike) for one in paths)
    if not listed:
        raise ParameterError(
            f"`source` is a {type(source).__name__}; wanted a path, several paths, a GeoDataFrame "
            "or a LayerSource (for streets also a NetworkX graph of OSMnx). Of a table without "
            "geometry make a GeoDataFrame first: geopandas.GeoDataFrame(table, geometry=…, crs=…)."
        )


def _layers(given: object) -> tuple[str, ...]:
    """Take a list of layers, which names each of them once."""
    if not isinstance(given, Sequence) or not all(isinstance(one, str) for one in given):
        raise ParameterError(
            f"`layer` is {given!r}; wanted the name of a layer or sheet as text, a list of names, "
            f'or "{ALL_LAYERS}" for all.'
        )
    if not given:
        raise ParameterError(
            f'`layer` is an empty list; name at least one layer, or "{ALL_LAYERS}" for all.'
        )
    _check_once("layer", given)
    return tuple(given)


def _check_once(what: str, names: Sequence[str]) -> None:
    """Refuse a name that stands twice in a list: its rows would count twice."""
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise ParameterError(
            f"`{what}` names {twice!r} twice, and its rows would count twice. Take one out."
        )


def one_path(source: object) -> str:
    """
    Take the path of a single file.

    Parameters
    ----------
    source : path
        What a caller gave.

    Returns
    -------
    str
        The path as text.

    Raises
    ------
    ParameterError
        If it is something else: a GeoDataFrame, several paths.
    """
    if not isinstance(source, str | PathLike):
        raise ParameterError(
            f"`source` is a {type(source).__name__}; wanted the path of one OSM file. Load a "
            "GeoDataFrame with the loader of its layer, such as load_facilities."
        )
    return fspath(source)


def refuse_layer(source: LayerSource, *, subject: str, what: str) -> None:
    """
    Refuse a layer of a source that has none, rather than read something else.

    Parameters
    ----------
    source : LayerSource
        What to read.
    subject : str
        The layer, for messages.
    what : str
        What the source is: ``"an OSM file"``.

    Raises
    ------
    ParameterError
        If `source` names a layer.
    """
    if source.layer:
        raise ParameterError(
            f"{subject}: layer={source.layer!r} has no meaning for {what}, which has no layers. "
            "Leave it out."
        )
