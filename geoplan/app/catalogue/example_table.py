"""An example of an indicator for the plan file, with the layers it names."""

import json
import re
from collections.abc import Mapping
from typing import Any

from geoplan.app.catalogue.rows import CatalogueEntry, DocumentTarget, catalogue_sources
from geoplan.app.plan.analysis import DISTRICTS
from geoplan.app.plan.plan_file import layer_kind
from geoplan.app.plan.registry import ANALYSES, demand_layers, named_layers
from geoplan.app.plan.tables import LAND_COVER, LayerTable

_SUFFIX = {"raster": "tif"}
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def example_toml(entry: CatalogueEntry, lang: str) -> str:
    """
    Write an indicator and its layers as a plan file would have them.

    Parameters
    ----------
    entry : CatalogueEntry
        The indicator.
    lang : {"en", "zh"}
        Language of the comments.

    Returns
    -------
    str
        Tables of TOML, the districts left out; empty where this version lacks the analysis.
    """
    if entry.analysis not in ANALYSES:
        return ""
    layers = example_layers(entry)
    tables = [layer_toml(name, kind, lang) for name, kind in layers.items() if name != DISTRICTS]
    head = f"[indicators.{entry.id}]  # {entry.title[lang]}"
    lines = [f"{key} = {toml_value(value)}" for key, value in example_keys(entry).items()]
    return "\n\n".join([*tables, "\n".join([head, *lines])])


def example_keys(entry: CatalogueEntry) -> dict[str, Any]:
    """
    Give what the example states: one choice of the open parameters, and a target.

    Parameters
    ----------
    entry : CatalogueEntry
        The indicator.

    Returns
    -------
    dict of str to value
        Keys of the table ``[indicators.ID]``.
    """
    keys = dict(entry.example)
    found = _first_target(entry)
    if found is None:
        return keys
    document, target = found
    same = {one.target for _, one in entry.own_targets(document)}
    keys["document"] = document
    if len(same) > 1:
        keys["target"] = target.target
    of = keys.get("of", entry.defaults.get("of"))
    if target.of is None and isinstance(of, list) and len(of) > 1:
        keys["target_of"] = of[0]
    return keys


def _first_target(entry: CatalogueEntry) -> tuple[str, DocumentTarget] | None:
    for document in entry.documents:
        for _, target in entry.own_targets(document):
            return document, target
    return None


def example_layers(entry: CatalogueEntry) -> dict[str, str]:
    """
    Give the layers that the example names, and the ``kind`` each has to state.

    Parameters
    ----------
    entry : CatalogueEntry
        The indicator.

    Returns
    -------
    dict of str to str
        ``kind`` by name; empty where the name says it.
    """
    analysis = ANALYSES[entry.analysis]
    written: dict[str, Any] = {**entry.layers, **entry.defaults, **entry.fixed, **entry.example}
    if entry.tiers:
        speed = {"speed_kmh": written["speed_kmh"]}
        written["tiers"] = {name: {**tier, **speed} for name, tier in entry.tiers.items()}
    table = analysis.table.model_validate(written)
    layers = {DISTRICTS: ""}
    for name, kinds in named_layers(analysis, table).values():
        fits = layer_kind(name, LayerTable.model_validate({"path": "x"})) in kinds
        layers[name] = "" if fits else kinds[0]
    layers |= {name: layers.get(name, "") for name in demand_layers(table)}
    if table.target_parent:
        layers[table.target_parent] = DISTRICTS
    return layers


def layer_toml(name: str, kind: str, lang: str) -> str:
    """Write the table of a layer, its file left to the reader."""
    known = catalogue_sources().layers.get(name)
    comment = f"  # {known.zh if lang == 'zh' else known.en}" if known else ""
    suffix = _SUFFIX.get(known.shape, "gpkg") if known else "gpkg"
    lines = [f"[layers.{name}]{comment}", f'path = "data/{name}.{suffix}"']
    if kind:
        lines.append(f'kind = "{kind}"')
    if LAND_COVER in (name, kind):
        lines.append('classes = "worldcover"')  # the legend; a plan names its own
    return "\n".join(lines)


def toml_value(value: Any) -> str:  # noqa: ANN401 (whatever a plan's tables hold)
    """
    Write a value as TOML.

    Parameters
    ----------
    value : object
        Text, number, truth value, list or mapping.

    Returns
    -------
    str
        On one line.

    Examples
    --------
    >>> toml_value({"distance_m": 500.0, "of": ["land", "建成区"]})
    '{ distance_m = 500.0, of = ["land", "建成区"] }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, Mapping):
        inner = (f"{_key(key)} = {toml_value(one)}" for key, one in value.items())
        return f"{{ {', '.join(inner)} }}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
