"""What the inspection of a file finds, as plain values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from geoplan.core.crs import parse_crs

_LONG_CRS = 40

Severity = Literal["stop", "warn", "note"]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Finding:
    """
    One thing that the user must know about a file.

    The words live in ``geoplan/core/lang/doctor.<lang>.toml`` under ``findings``.

    Parameters
    ----------
    severity : {"stop", "warn", "note"}
        ``stop``: a run that uses the file as it is would be refused; ``warn``: it would go through
        and might be wrong; ``note``: worth knowing.
    code : str
        Key of the words.
    values : mapping of str to str, int, float or tuple of str
        What the words mention.
    """

    severity: Severity
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ColumnFacts:
    """
    One column of a table.

    Parameters
    ----------
    name : str
        Its name in the file.
    dtype : str
        What it holds, as pandas says.
    filled : int
        Rows with a value.
    distinct : int
        Different values.
    examples : tuple of str
        The first few of them.
    meaning : str
        The canonical column it may be, ``x`` and ``y`` among them; empty if none.
    """

    name: str
    dtype: str
    filled: int
    distinct: int
    examples: tuple[str, ...]
    meaning: str = ""


@dataclass(frozen=True)
class GeometryFacts:
    """
    The geometry of a file, counted before anything is repaired.

    Parameters
    ----------
    types : mapping of str to int
        Rows by geometry type.
    missing, empty : int
        Rows without geometry, and with an empty one.
    invalid : int
        Rows whose polygon crosses itself or the like.
    unclosed : int
        Rows with a ring that is not closed.
    unreadable : int
        Rows whose geometry or coordinates could not be read at all.
    repeated : int
        Rows whose geometry stands in an earlier row.
    repeated_rows : int
        Rows of which an earlier one is the same in every column as well.
    with_z : int
        Rows with heights.
    """

    types: Mapping[str, int]
    missing: int = 0
    empty: int = 0
    invalid: int = 0
    unclosed: int = 0
    unreadable: int = 0
    repeated: int = 0
    repeated_rows: int = 0
    with_z: int = 0


@dataclass(frozen=True)
class RasterFacts:
    """
    A raster.

    Parameters
    ----------
    width, height, bands : int
        Its size.
    dtype : str
        Type of its cells.
    cell : tuple of float
        Width and height of a cell in its coordinates.
    rotated : bool
        Whether its rows run askew.
    nodata : float or None
        The value that stands for no data.
    valid : int
        Cells of the first band with a number.
    negative : int
        Those below 0.
    impossible : int
        Those too large for a number of persons.
    total : float
        Sum of those from 0 upwards that are not impossible.
    as_density : float
        What `total` would be if each cell held a number per km²; NaN if unknown.
    """

    width: int
    height: int
    bands: int
    dtype: str
    cell: tuple[float, float]
    rotated: bool
    nodata: float | None
    valid: int
    negative: int
    impossible: int
    total: float
    as_density: float


@dataclass(frozen=True)
class FileFacts:
    """
    Everything the inspection of one file, or of one layer in it, found.

    Parameters
    ----------
    path : str
        The file, as the caller named it.
    layer : str
        Layer inside a file with several; else empty.
    format : str
        Driver or reader.
    encoding, encoding_from : str
        Encoding of the attributes, and what told it: ``bytes``, ``cpg``, ``bom`` ….
    crs : str
        CRS the file states; empty if none.
    rows : int
        Rows, or cells of a raster.
    bounds : tuple of float or None
        Extent in the file's own coordinates: west, south, east, north.
    bounds_deg : tuple of float or None
        The same in degrees, where the CRS is known.
    geometry : GeometryFacts or None
        For vector files and tables.
    raster : RasterFacts or None
        For rasters.
    columns : tuple of ColumnFacts
        In the order of the file.
    guess, guess_kind : str
        Layer of a plan that it may be, and its canonical kind; empty if none suits.
    guess_unit : str
        Unit that the name of a raster of people suggests.
    findings : tuple of Finding
        The gravest first.
    """

    path: str
    layer: str = ""
    format: str = ""
    encoding: str = ""
    encoding_from: str = ""
    crs: str = ""
    rows: int = 0
    bounds: Bounds | None = None
    bounds_deg: Bounds | None = None
    geometry: GeometryFacts | None = None
    raster: RasterFacts | None = None
    columns: tuple[ColumnFacts, ...] = ()
    guess: str = ""
    guess_kind: str = ""
    guess_unit: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def shown(self) -> str:
        """File, and layer if it has several."""
        return f"{self.path}:{self.layer}" if self.layer else self.path

    @property
    def crs_name(self) -> str:
        """CRS in a few words: its code, or its name where it has none."""
        if len(self.crs) <= _LONG_CRS:
            return self.crs
        return str(parse_crs(self.crs).name)

    @property
    def stops(self) -> bool:
        """Whether a run that uses the file as it is would be refused."""
        return any(finding.severity == "stop" for finding in self.findings)

    @property
    def mapping(self) -> dict[str, str]:
        """Canonical column -> column of the file that may hold it."""
        return {column.meaning: column.name for column in self.columns if column.meaning}

    def as_dict(self) -> dict[str, Any]:
        """Give the facts as JSON-ready values."""
        return asdict(self)
