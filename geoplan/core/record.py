"""The record of a loaded layer: what was read, from where, and what was dropped or repaired."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from geoplan.core.errors import SchemaError
from geoplan.core.hearing import tell
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

KEY = "geoplan"


@dataclass(frozen=True)
class LoadRecord:
    """
    What a loader did, kept in ``layer.attrs["geoplan"]`` as JSON-ready values.

    Parameters
    ----------
    layer : str
        Canonical layer name, or the plan's own for a further facility layer.
    kind : str
        Canonical kind (``districts``, ``parks``, ``facilities``, …).
    paths : tuple of str
        Files read, as the caller named them.
    sha256 : tuple of str
        Hash of each file, hexadecimal; of every part for a Shapefile.
    format : str
        Driver or reader.
    encoding : str
        Encoding of the attributes; empty where the format has its own.
    encoding_from : str
        What told it: ``"declared"``, ``"bom"``, ``"cpg"``, ``"ldid"`` (the header of a ``.dbf``),
        ``"bytes"`` or empty.
    source_crs : str
        CRS or datum of the source, as declared by the caller or found in the file.
    source_crs_from : str
        ``"declared"`` or ``"file"``.
    study_crs : str
        CRS of the layer now.
    rows_read : int
        Rows in the source.
    rows_kept : int
        Rows in the layer.
    precision_m : float
        How far a place may be from where it was, given the digits that a table has of its
        coordinates; 0 where the format keeps them all.
    area_change_m2 : float
        Area after the repair minus area before it, in the study CRS.
    as_of : str
        Date of the content, as the caller gave it.
    source : str
        Whom to credit, as the caller gave it.
    notices : tuple of Notice
        Everything dropped, repaired or suspicious.
    units : mapping of str to (str, float)
        Columns whose file writes a unit beside the numbers (90 %, 150.2 万): the unit, and what the
        numbers of the layer are multiplied by to be base units.
    """

    layer: str
    kind: str
    paths: tuple[str, ...] = ()
    sha256: tuple[str, ...] = ()
    format: str = ""
    encoding: str = ""
    encoding_from: str = ""
    source_crs: str = ""
    source_crs_from: str = ""
    study_crs: str = ""
    rows_read: int = 0
    rows_kept: int = 0
    area_change_m2: float = 0.0
    as_of: str = ""
    source: str = ""
    notices: tuple[Notice, ...] = ()
    units: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    precision_m: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Give the record as JSON-ready values."""
        fields = asdict(self)
        fields["notices"] = [notice.as_dict() for notice in self.notices]
        fields["paths"], fields["sha256"] = list(self.paths), list(self.sha256)
        fields["units"] = {name: list(unit) for name, unit in self.units.items()}
        return fields

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "LoadRecord":
        """Read a record back from what `as_dict` gave."""
        record = cls(**{key: value for key, value in fields.items() if key != "notices"})
        return replace(
            record,
            paths=tuple(record.paths),
            sha256=tuple(record.sha256),
            notices=tuple(Notice.from_dict(entry) for entry in fields["notices"]),
            units={name: (unit, factor) for name, (unit, factor) in record.units.items()},
        )


def attach_record(
    layer: "GeoDataFrame", record: LoadRecord, *, before: Sequence[Notice] = ()
) -> "GeoDataFrame":
    """Return a shallow copy of `layer` that carries `record`, and tell what it adds to `before`."""
    tell(notice for notice in record.notices if notice not in before)
    copy = layer.copy(deep=False)
    copy.attrs = {**layer.attrs, KEY: record.as_dict()}
    return copy


def load_record(layer: "GeoDataFrame") -> LoadRecord:
    """
    Read what a loader did to a layer.

    Parameters
    ----------
    layer : GeoDataFrame
        A layer that came from one of the loaders.

    Returns
    -------
    LoadRecord
        What was read, dropped and repaired.

    Raises
    ------
    SchemaError
        If `layer` did not come from a loader, or an operation dropped its ``attrs``.
    """
    if KEY not in layer.attrs:
        raise SchemaError(
            "`layer` carries no load record: it did not come from a geoplan loader, or an "
            "operation such as `concat` dropped its `attrs`. Ask the layer that the loader gave."
        )
    return LoadRecord.from_dict(layer.attrs[KEY])
