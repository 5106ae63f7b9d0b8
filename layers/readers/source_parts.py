"""Which files and layers a source means: the only one, some by name, or all that there are."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from geoplan.core.errors import EmptyLayerError
from geoplan.layers.files.on_disk import LocalFile, file_kind, local_file, zip_members
from geoplan.layers.readers.read_table import sheet_names
from geoplan.layers.readers.read_vector import filled_layers
from geoplan.layers.readers.source import ALL_LAYERS, LayerSource

_FOLDER_FORMATS = (".kml", ".kmz")
_REPEATED = re.compile(r" \(#\d+\)$")


@dataclass(frozen=True)
class SourcePart:
    """
    One layer of one file.

    Parameters
    ----------
    path : str
        The file, as `geoplan.layers.files.on_disk.local_file` takes it.
    layer : str
        The layer or sheet; empty for the only one.
    title : str
        What its rows have in the column ``layer``; empty where one layer alone is meant.
    """

    path: str
    layer: str = ""
    title: str = ""


def source_parts(source: LayerSource, *, subject: str) -> list[SourcePart]:
    """
    List the layers that a source means, in the order of its files.

    Parameters
    ----------
    source : LayerSource
        What to read.
    subject : str
        The layer, for messages.

    Returns
    -------
    list of SourcePart
        Folders of a KML that share a name are one after the other, under that name.

    Raises
    ------
    SourceError
        If a file cannot be opened.
    EmptyLayerError
        If all layers of a file are wanted and none has rows.
    """
    parts: list[SourcePart] = []
    for path in source.files:
        if source.layer == ALL_LAYERS:
            parts += _all_parts(path, subject)
        elif isinstance(source.layer, str):
            parts += _named_parts(path, source.layer, "", subject)
        else:
            for name in source.layer:
                parts += _named_parts(path, name, name, subject)
    return parts


def _all_parts(path: str, subject: str) -> list[SourcePart]:
    parts: list[SourcePart] = []
    for member in zip_members(path, subject=subject):
        stem = PurePosixPath(member.replace("\\", "/").replace("!", "/")).stem
        with local_file(member, layer="", subject=subject) as file:
            names = _layers(file)
        parts += [SourcePart(member, name, _REPEATED.sub("", name) or stem) for name in names]
    if not parts:
        raise EmptyLayerError(f"{subject}: no layer of {path} has rows with geometry.")
    return parts


def _layers(file: LocalFile) -> list[str]:
    """List the layers with rows of a file; one without a name where it has no layers."""
    if file_kind(file.path) == "table":
        return sheet_names(file)
    return [""] if file_kind(file.path) == "parquet" else filled_layers(file)


def _named_parts(path: str, layer: str, title: str, subject: str) -> list[SourcePart]:
    """Take a layer by its name, and further folders of that name."""
    if not layer or not path.lower().endswith(_FOLDER_FORMATS):
        return [SourcePart(path, layer, title)]
    with local_file(path, layer="", subject=subject) as file:
        names = filled_layers(file)
    same = [name for name in names if _REPEATED.sub("", name) == layer and name != layer]
    return [SourcePart(path, name, title) for name in (layer, *same)]
