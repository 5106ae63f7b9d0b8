"""Districts at a glance: which of them would miss which of the targets."""

from geoplan.app.report.tables import (
    Cell,
    Heading,
    Row,
    Table,
    compares_districts,
    district_names,
    district_standings,
)
from geoplan.app.report.words import say
from geoplan.app.run.outcome import PlanOutcome
from geoplan.maps.page.safe import visible

_MOST_ROWS = 12


def glance_table(outcome: PlanOutcome) -> Table | None:
    """
    Rank the districts by how many targets each would miss by itself.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.

    Returns
    -------
    Table or None
        The worst dozen, and a row that says how many more there are; None where fewer than two
        targets can be put to a district: one is ranked in its own section.
    """
    lang = outcome.lang
    judged = [indicator for indicator in outcome.indicators if compares_districts(indicator)]
    if len(judged) < 2:
        return None
    names: dict[str, str] = {}
    missed: dict[str, list[str]] = {}
    asked: dict[str, int] = {}
    for indicator in judged:
        measure = indicator.headline
        keys = measure.districts["district_id"]
        standings = district_standings(indicator)
        for key, name, standing in zip(keys, district_names(measure), standings, strict=True):
            names.setdefault(key, name)
            asked[key] = asked.get(key, 0) + (standing in ("met", "missed"))
            missed.setdefault(key, []).extend(
                [visible(indicator.title)] if standing == "missed" else []
            )
    order = sorted(names, key=lambda key: -len(missed[key]))
    rows = [_row(names[key], missed[key], asked[key], lang) for key in order[:_MOST_ROWS]]
    rest = order[_MOST_ROWS:]
    if rest:
        words = say("glance.more", lang, count=len(rest), most=len(missed[rest[0]]))
        rows.append(Row((Cell("…"), Cell(""), Cell(words))))
    headings = (
        Heading(say("glance.district", lang)),
        Heading(say("glance.missed", lang), numeric=True),
        Heading(say("glance.which", lang)),
    )
    return Table(say("glance.caption", lang), headings, tuple(rows))


def _row(name: str, missed: list[str], asked: int, lang: str) -> Row:
    which = say("table.worst_separator", lang).join(missed) or say("glance.none", lang)
    count = say("glance.count", lang, missed=len(missed), total=asked)
    return Row((Cell(name), Cell(count), Cell(which)))
