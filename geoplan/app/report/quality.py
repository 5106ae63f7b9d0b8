"""What the report says about its data and its run: layers, repairs, hashes, versions."""

from collections.abc import Mapping
from dataclasses import dataclass

from geoplan.app.report.tables import Cell, Heading, Row, Table
from geoplan.app.report.words import notice_words, say, spoken
from geoplan.app.run.outcome import PlanOutcome
from geoplan.core.numbers import Scale, amount, number
from geoplan.core.record import LoadRecord
from geoplan.core.units import M2_PER_HA, M_PER_KM
from geoplan.maps.page.safe import visible


@dataclass(frozen=True)
class LayerNotes:
    """
    What was dropped, repaired or suspicious in a layer.

    Parameters
    ----------
    layer : str
        Its name, in words.
    notes : tuple of str
        One sentence each.
    """

    layer: str
    notes: tuple[str, ...]


def layers_table(outcome: PlanOutcome) -> Table:
    """
    Lay out the layers of a plan: source, date, datum, rows, repairs, change of area.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.

    Returns
    -------
    Table
        One row per layer, in the order of the plan.
    """
    lang = outcome.lang
    headings = (
        Heading(say("data.layer", lang)),
        Heading(say("data.source", lang)),
        Heading(say("data.date", lang)),
        Heading(say("data.crs", lang)),
        Heading(say("data.read", lang), numeric=True),
        Heading(say("data.kept", lang), numeric=True),
        Heading(say("data.repairs", lang), numeric=True),
        Heading(say("data.area_change", lang), numeric=True),
    )
    rows = tuple(
        Row(tuple(_layer_cells(name, record, lang))) for name, record in outcome.records.items()
    )
    return Table(say("data.caption", lang), headings, rows)


def _layer_cells(name: str, record: LoadRecord, lang: str) -> list[Cell]:
    reader = " · ".join(filter(None, [record.format, record.encoding]))
    origin = {"declared": "data.declared", "file": "data.file"}.get(record.source_crs_from)
    return [
        Cell(spoken("layer", name, lang), note=visible(reader)),
        Cell(
            visible(record.source) or say("data.unknown_source", lang),
            note=visible(
                " · ".join(path.replace("\\", "/").rpartition("/")[2] for path in record.paths)
            ),
        ),
        Cell(visible(record.as_of) or say("data.unknown_date", lang)),
        Cell(visible(record.source_crs) or "–", note=say(origin, lang) if origin else ""),
        Cell(number(record.rows_read)),
        Cell(number(record.rows_kept)),
        Cell(number(len(record.notices))),
        Cell(_area_change(record.area_change_m2, lang)),
    ]


def _area_change(change_m2: float, lang: str) -> str:
    if change_m2 == 0:
        return "0"
    scale = Scale(M2_PER_HA, "ha", 2) if abs(change_m2) >= M2_PER_HA else None
    sign = "+" if change_m2 > 0 else ""
    return f"{sign}{amount(change_m2, 'm2', lang, scale=scale)}"


def layer_notes(outcome: PlanOutcome) -> tuple[LayerNotes, ...]:
    """Write out what was dropped or repaired, by layer; layers without any are left out."""
    return tuple(
        LayerNotes(
            spoken("layer", name, outcome.lang),
            tuple(notice_words(notice, outcome.lang) for notice in record.notices),
        )
        for name, record in outcome.records.items()
        if record.notices
    )


def run_facts(outcome: PlanOutcome) -> tuple[tuple[str, str], ...]:
    """
    List what identifies a run: plan, hash, study CRS with its errors, time taken.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.

    Returns
    -------
    tuple of (str, str)
        Name and value of each fact.
    """
    lang, crs = outcome.lang, outcome.study_crs
    per_km = number(crs.scale_error * M_PER_KM, 3)
    area_percent = f"{number(crs.area_error * 100, 3)}\u00a0%"
    return (
        (say("provenance.plan", lang), visible(outcome.plan_path)),
        (say("provenance.plan_hash", lang), visible(outcome.plan_sha256)),
        (say("provenance.crs", lang), f"{visible(crs.crs)} – {say(f'rules.{crs.rule}', lang)}"),
        (
            say("provenance.scale_error", lang),
            say("provenance.per_km", lang, value=per_km),
        ),
        (say("provenance.area_error", lang), area_percent),
        (
            say("provenance.seconds", lang),
            say("provenance.seconds_value", lang, value=number(sum(outcome.seconds.values()), 1)),
        ),
    )


def step_facts(outcome: PlanOutcome) -> tuple[tuple[str, str], ...]:
    """List the seconds that each step took."""
    titles = {indicator.id: visible(indicator.title) for indicator in outcome.indicators}
    return tuple(
        (
            _step_words(step, titles, outcome.lang),
            say("provenance.seconds_value", outcome.lang, value=number(seconds, 2)),
        )
        for step, seconds in outcome.seconds.items()
    )


def _step_words(step: str, titles: Mapping[str, str], lang: str) -> str:
    # The runner names its steps "load <layer>" and "measure <indicator>".
    action, _, thing = step.partition(" ")
    if action == "load" and thing:
        return say("provenance.load", lang, layer=spoken("layer", thing, lang))
    if action == "measure" and thing in titles:
        return say("provenance.measure", lang, indicator=titles[thing])
    return visible(step)


def version_facts(outcome: PlanOutcome) -> tuple[tuple[str, str], ...]:
    """List the versions of what decides numbers."""
    return tuple((visible(name), visible(value)) for name, value in outcome.versions.items())


def files_table(outcome: PlanOutcome) -> Table:
    """
    Lay out every file that was read with its hash.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.

    Returns
    -------
    Table
        One row per file; a Shapefile has one hash for each of its parts.
    """
    lang = outcome.lang
    rows = []
    for name, record in outcome.records.items():
        layer = spoken("layer", name, lang)
        count = max(len(record.paths), len(record.sha256))
        paths = [*record.paths, *[""] * (count - len(record.paths))]
        hashes = [*record.sha256, *[""] * (count - len(record.sha256))]
        rows += [
            Row((Cell(layer), Cell(visible(path)), Cell(visible(digest))))
            for path, digest in zip(paths, hashes, strict=True)
        ]
    headings = (
        Heading(say("data.layer", lang)),
        Heading(say("provenance.file", lang)),
        Heading(say("provenance.hash", lang)),
    )
    return Table(say("provenance.files_caption", lang), headings, tuple(rows))
