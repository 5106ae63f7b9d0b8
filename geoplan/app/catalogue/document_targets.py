"""What the documents of the catalogue ask for, filled into an indicator that names one."""

from collections.abc import Mapping
from typing import Any

from geoplan.app.catalogue.rows import (
    CatalogueEntry,
    DocumentTarget,
    Statement,
    catalogue_sources,
)
from geoplan.app.plan.errors import nearest
from geoplan.core.errors import PlanError
from geoplan.core.texts import text


def fill_target(
    table: Mapping[str, Any], entry: CatalogueEntry | None, where: str, *, lang: str
) -> dict[str, Any]:
    """
    Fill in the target of the document that an indicator names.

    Parameters
    ----------
    table : mapping of str to value
        The table of the indicator.
    entry : CatalogueEntry or None
        Its row of the catalogue.
    where : str
        File and table, to begin messages with.
    lang : {"en", "zh"}
        Language in which the document is named as the source.

    Returns
    -------
    dict of str to value
        The table; what it states itself stays. A target of its own gets nothing from the document
        but year and force, and these only where the document asks for the very same.

    Raises
    ------
    PlanError
        If there is no such document, it sets no number for this indicator, or several.
    """
    document = table.get("document")
    if document is None:
        return dict(table)
    documents = catalogue_sources().documents
    if entry is None:
        raise PlanError(
            f"{where} names a document, but its id is none of the catalogue: write target = '…'."
        )
    if document not in documents:
        raise PlanError(f'{where} document is "{document}". {nearest(str(document), documents)}')
    asked = entry.own_targets(str(document))
    for key, field in (("target_of", "of"), ("target_part", "part")):
        if key in table:
            asked = [one for one in asked if getattr(one[1], field) in (None, table[key])]
    if "target" in table:
        asked = [one for one in asked if one[1].target == table["target"]]
        _check_territory(asked, table, where)
        return {**(target_keys(*asked[0], lang) if asked else {}), **table}
    if not entry.own_targets(str(document)):
        raise PlanError(f"{where} document: {_numberless(entry, str(document))}")
    texts = list(dict.fromkeys(target.target for _, target in asked))
    if len(texts) != 1:
        listed = _listed([one for _, one in asked or entry.own_targets(str(document))])
        raise PlanError(
            f'{where} document: "{document}" asks for several things here; write the one that is '
            f"meant as target = … ({listed})."
        )
    _check_territory(asked, table, where)
    return {**target_keys(*asked[0], lang), **table}


def _check_territory(
    asked: list[tuple[Statement, DocumentTarget]], table: Mapping[str, Any], where: str
) -> None:
    """Refuse to settle what a document leaves out at one place and not at another."""
    ways = dict.fromkeys(tuple(target.excludes) for _, target in asked)
    if len(ways) > 1 and "exclude" not in table:
        listed = " or ".join(f"exclude = {list(way)}" for way in ways)
        places = "; ".join(dict.fromkeys(statement.place for statement, _ in asked))
        raise PlanError(
            f'{where} document: "{table["document"]}" leaves out different territory at different '
            f"places ({places}); write {listed}."
        )


def target_keys(statement: Statement, target: DocumentTarget, lang: str) -> dict[str, Any]:
    """
    Give the keys of a plan that hold what a document asks for at one place.

    Parameters
    ----------
    statement : Statement
        The place.
    target : DocumentTarget
        The number.
    lang : {"en", "zh"}
        Language in which the document is named as the source.

    Returns
    -------
    dict of str to value
        ``target``, ``source``, and what else the document states.
    """
    source = catalogue_sources().documents[statement.document].cite(lang, statement.place)
    if target.year is not None and not target.year_printed:
        source += text("catalogue.words.year_read", lang, year=target.year)
    filled = {
        "target": target.target,
        "target_of": target.of,
        "target_part": target.part,
        "target_year": target.year,
        "target_force": target.force,
        "better": None if target.better == "none" else target.better,
        "exclude": target.excludes or None,
        "source": source,
    }
    return {key: value for key, value in filled.items() if value is not None}


def _numberless(entry: CatalogueEntry, document: str) -> str:
    said = [one.says["en"] for one in entry.statements if one.document == document]
    if not said:
        others = [name for name in entry.documents if entry.own_targets(name)]
        return (
            f'"{document}" does not speak of {entry.id}; '
            f"{', '.join(others) or 'no document'} sets a number for it."
        )
    aside = [target for _, target in entry.targets(document)]
    if aside:
        listed = "; ".join(f'analysis = "{one.analysis}" for {_listed([one])}' for one in aside)
        return (
            f'what "{document}" asks for here is computed otherwise: give it an id of its own with '
            f"{listed}. 'geoplan indicators --document {document} --plan FILE' writes it."
        )
    return (
        f'"{document}" sets no number for {entry.id} ({"; ".join(said)}). '
        "Write a target of your own, or leave document out."
    )


def _listed(asked: list[DocumentTarget]) -> str:
    texts = []
    for target in asked:
        about = f" ({target.about['en']})" if target.about else ""
        texts.append(f"'{target.target}'{about}")
    return ", ".join(dict.fromkeys(texts))
