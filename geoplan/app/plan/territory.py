"""Which districts an indicator speaks of, and where its documents contradict themselves."""

from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.app.catalogue.rows import Document, catalogue_sources
from geoplan.core.errors import PlanError
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.app.plan.planned_indicator import PlannedIndicator
    from geoplan.core.results import Result


def spellings(place: str) -> frozenset[str]:
    """
    Give every way in which the documents write a place.

    Parameters
    ----------
    place : str
        One of them.

    Returns
    -------
    frozenset of str
        All of them, the one given among them.

    Examples
    --------
    >>> sorted(spellings("深汕合作区"))
    ['Shenshan', '深汕', '深汕合作区', '深汕特别合作区']
    """
    for ways in catalogue_sources().places.values():
        if place in ways:
            return frozenset(ways)
    return frozenset((place,))


def leave_out(
    districts: "GeoDataFrame", indicator: "PlannedIndicator"
) -> "tuple[GeoDataFrame, tuple[Notice, ...]]":
    """
    Leave the districts out that an indicator excludes.

    Parameters
    ----------
    districts : GeoDataFrame
        With ``district_id`` and ``name``.
    indicator : PlannedIndicator
        Its ``exclude`` names keys or names, in any spelling of the documents.

    Returns
    -------
    GeoDataFrame
        The others, with a RangeIndex; all of them where nothing is excluded.
    tuple of Notice
        What was left out, and what could not be because it is not there.

    Raises
    ------
    PlanError
        If none is left, or a name stands for several districts.
    """
    exclude = indicator.table.exclude
    if not exclude:
        return districts, ()
    keep = districts["district_id"].notna()
    absent: list[str] = []
    gone: list[str] = []
    for place in exclude:
        ways = spellings(place)
        by_id = districts["district_id"].astype(str) == place
        named = by_id if by_id.any() else districts["name"].astype(str).str.strip().isin(ways)
        if named.sum() > 1:
            raise PlanError(
                f'{indicator.where} exclude has "{place}", a name of {int(named.sum())} districts; '
                "give their ids."
            )
        (gone if named.any() else absent).append(place)
        keep &= ~named
    if not keep.any():
        raise PlanError(f"{indicator.where} exclude leaves no district to report on.")
    told = (("districts_excluded", gone), ("districts_not_there", absent))
    notices = tuple(
        Notice(code, indicator.id, len(names), len(districts), {"names": ", ".join(names)})
        for code, names in told
        if names
    )
    kept = districts.loc[keep].reset_index(drop=True)
    kept.attrs = dict(districts.attrs)
    return kept, notices


def put_back(result: "Result", districts: "GeoDataFrame") -> "Result":
    """
    Give districts that were left out their rows again, with nothing known of them.

    Parameters
    ----------
    result : Result
        What was found without them.
    districts : GeoDataFrame
        All districts of the plan.

    Returns
    -------
    Result
        With a row per district of the plan, NaN where one was left out; the whole stays without
        them. The result itself where none was.
    """
    if len(result.districts) == len(districts):
        return result
    import pandas as pd

    ids = districts["district_id"].astype(str)
    every = pd.DataFrame({"district_id": ids, "name": districts["name"].astype(str)})
    measures = tuple(
        replace(
            measure,
            districts=every.merge(
                measure.districts.drop(columns="name"), on="district_id", how="left"
            ),
        )
        for measure in result.measures
    )
    return replace(result, measures=measures, districts=districts)


def _is_named(source: str, name: str, document: Document) -> bool:
    """Tell whether a source names a document by its key, its title or its number of issue."""
    ways = (name, *document.title.values(), *document.short.values(), document.issued or name)
    plain = "".join(source.casefold().split())
    return any("".join(way.casefold().split()) in plain for way in ways)


def _cited(document: str) -> dict[str, str]:
    """Name a document by its title, in both languages."""
    return {lang: catalogue_sources().documents[document].cite(lang) for lang in ("en", "zh")}


def disagreements(indicator: "PlannedIndicator") -> tuple[Notice, ...]:
    """
    Tell where the document that a target was taken from says different things of it.

    Parameters
    ----------
    indicator : PlannedIndicator
        With its row of the catalogue. The document is the one that the plan names by ``document``,
        or by its key or title in ``source``.

    Returns
    -------
    tuple of Notice
        One per contradiction; nothing is settled.
    """
    entry, table = indicator.entry, indicator.table
    if entry is None or table.target is None:
        return ()
    meant = [
        name
        for name, document in catalogue_sources().documents.items()
        if name == table.document or _is_named(table.source or "", name, document)
    ]
    return tuple(
        Notice(
            "document_disagrees",
            indicator.id,
            values={"document": _cited(one.document), "said": "; ".join(one.values)},
        )
        for one in entry.disagreements
        if one.document in meant and len(one.values) > 1
    )
