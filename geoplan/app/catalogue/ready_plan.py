"""A plan file of one document: its targets filled in, files and open choices left to the reader."""

from collections.abc import Iterator
from typing import TypeAlias

from geoplan.app.catalogue.document_targets import target_keys
from geoplan.app.catalogue.example_table import example_layers, layer_toml, toml_value
from geoplan.app.catalogue.rows import (
    CatalogueEntry,
    DocumentTarget,
    Statement,
    catalogue_sources,
    indicator_catalogue,
)
from geoplan.app.plan.analysis import DISTRICTS
from geoplan.app.plan.indicators import open_parameters
from geoplan.app.plan.registry import ANALYSES
from geoplan.core.texts import text

_Asked: TypeAlias = tuple[CatalogueEntry, Statement, DocumentTarget]

AREA = "area"
"""Weight of a mean that needs no column."""

_CRS = "EPSG:4547"  # CGCS2000, 114° E: Shenzhen and Dongguan lie within it


def ready_plan(document: str, lang: str) -> str:
    """
    Write the plan file of a document.

    Parameters
    ----------
    document : str
        One of `CatalogueSources.documents`.
    lang : {"en", "zh"}
        Language of the comments.

    Returns
    -------
    str
        TOML: every layer that its numbers need with a path to put right, every number that it sets
        with its quote, what is open as a comment to be decided, and at the end what it says without
        a number. ``geoplan check`` on it lists what is missing.
    """
    asked = [
        (entry, statement, target)
        for entry in indicator_catalogue().values()
        for statement, target in entry.targets(document)
    ]
    able = [one for one in asked if (one[2].analysis or one[0].analysis) in ANALYSES]
    blocks = [
        _head(document, lang),
        *_layers(able, lang),
        *_indicators(able, document, lang),
        *_unable([entry for entry, _, _ in asked if entry.analysis not in ANALYSES], lang),
        *_numberless(document, lang),
    ]
    return "\n\n".join(blocks) + "\n"


def _head(document: str, lang: str) -> str:
    source = catalogue_sources().documents[document]
    lines = [
        f"# {source.cite(lang)}",
        f"# {text('catalogue.plan.how', lang)}",
        "",
        "[plan]",
        f"name = {toml_value(source.short[lang])}",
        f"crs = {toml_value(_CRS)}",
        f"lang = {toml_value(lang)}",
    ]
    return "\n".join(lines)


def _layers(asked: list[_Asked], lang: str) -> Iterator[str]:
    kinds = {DISTRICTS: ""}
    for entry, _, target in asked:
        for name in (*entry.required, *target.layers.values()):
            kinds.setdefault(name, "")
        needed = {name: kind for name, kind in example_layers(entry).items() if kind}
        kinds |= {name: kind for name, kind in needed.items() if name in kinds}
    examples = [
        target.example or entry.example
        for entry, _, target in asked
        if (target.analysis or entry.analysis) == "district_table"
    ]
    columns = dict.fromkeys(
        example[key]
        for example in examples
        for key in ("value", "weight")
        if example.get(key, AREA) != AREA
    )
    for name, kind in kinds.items():
        table = layer_toml(name, kind, lang)
        if name == DISTRICTS and columns:
            named = toml_value(dict.fromkeys(columns, "…"))
            table += f"\n# columns = {named}  # {text('catalogue.plan.columns', lang)}"
        yield table


def _indicators(asked: list[_Asked], document: str, lang: str) -> Iterator[str]:
    seen: dict[str, int] = {}
    told: set[tuple[str, str, str]] = set()
    for entry, statement, target in asked:
        about = target.about[lang] if target.about else ""
        if (entry.id, target.target, about) in told:
            continue  # the same number at a second place of the document
        told.add((entry.id, target.target, about))
        seen[entry.id] = seen.get(entry.id, 1 if target.analysis else 0) + 1
        id_ = entry.id if seen[entry.id] == 1 else f"{entry.id}-{seen[entry.id]}"
        lines = [f"[indicators.{id_}]  # {entry.title[lang]}{f' ({about})' if about else ''}"]
        lines += [f"# {_quoted(statement)}"]
        keys = _again(entry, statement, target, lang) if id_ != entry.id else {"document": document}
        keys["target"] = target.target
        lines += [f"{key} = {toml_value(value)}" for key, value in keys.items()]
        lines += _open(entry, target, lang)
        yield "\n".join(lines)


def _quoted(statement: Statement) -> str:
    quotes = " … ".join(quote.text for quote in statement.quotes)
    return f"“{quotes}” ({statement.place})"


def _again(
    entry: CatalogueEntry, statement: Statement, target: DocumentTarget, lang: str
) -> dict[str, object]:
    """Give what a second number of the same row needs under an id of its own."""
    filled = target_keys(statement, target, lang)
    keys: dict[str, object] = {
        "analysis": target.analysis or entry.analysis,
        "title": entry.title[lang] + (f" ({target.about[lang]})" if target.about else ""),
        **(target.layers if target.analysis else _of_the_row(entry, target)),
    }
    return keys | filled


def _of_the_row(entry: CatalogueEntry, target: DocumentTarget) -> dict[str, object]:
    return {**entry.fixed, **entry.layers, **target.layers, **entry.defaults}


def _open(entry: CatalogueEntry, target: DocumentTarget, lang: str) -> Iterator[str]:
    mark = text("catalogue.plan.decide", lang)
    keys = ["speed_kmh" if key.startswith("tiers") else key for key in open_parameters(entry)]
    keys = [] if target.analysis else keys
    example = target.example or ({} if target.analysis else entry.example)
    for key in dict.fromkeys((*keys, *example)):
        yield f"# {key} = {toml_value(example.get(key, '…'))}  # {mark}"
    of = example.get("of")
    if isinstance(of, list) and len(of) > 1 and target.of is None:
        yield f"# target_of = {toml_value(of[0])}  # {mark}"


def _unable(entries: list[CatalogueEntry], lang: str) -> Iterator[str]:
    if entries:
        title = text("catalogue.plan.unable", lang)
        ids = dict.fromkeys(f"#   {entry.id} ({entry.analysis})" for entry in entries)
        yield "\n".join([f"# {title}", *ids])


def _numberless(document: str, lang: str) -> Iterator[str]:
    lines = []
    for entry in indicator_catalogue().values():
        said = [one.says[lang] for one in entry.statements if one.document == document]
        if said and not entry.targets(document):
            lines.append(f"#   {entry.id}: {'; '.join(said)}")
    if lines:
        yield "\n".join([f"# {text('catalogue.plan.numberless', lang)}", *lines])
