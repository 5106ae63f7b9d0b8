"""The map of verdicts: which district misses which target, and where misses pile up."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from geoplan.core.errors import ParameterError
from geoplan.maps.page.basemaps import make_basemap
from geoplan.maps.page.boxes import LegendBlock, LegendEntry, TableCard
from geoplan.maps.page.classes import MET, MISSED, NO_DATA, OPEN
from geoplan.maps.page.district_layers import labels
from geoplan.maps.page.finished_map import Sheet, lay_out
from geoplan.maps.page.folium_layers import Style, group
from geoplan.maps.page.ground import Ground, ground_of
from geoplan.maps.page.labels import OPEN_MARK, label_layer
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.map_page import MapPage
from geoplan.maps.page.shared_shapes import DistrictsLayer
from geoplan.maps.page.words import capital, say
from geoplan.maps.plans.findings import Finding, check_findings, mark, tally

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.maps.page.basemaps import Basemap

# From none missed to the most: a pale blue, then light reds that labels can stand on.
_NONE_MISSED = "#d5e4f1"
_MISSES = ("#fee3d6", "#fcbfa4", "#f8906d", "#e0604a")


def verdict_map(
    findings: Sequence[Finding],
    *,
    title: str | None = None,
    lang: str = "en",
    context: "Mapping[str, GeoDataFrame] | None" = None,
    fictional: bool = False,
    basemap: "str | Basemap | None" = None,
) -> MapPage:
    """
    Map the verdicts of several targets: misses per district, then one theme per target.

    Parameters
    ----------
    findings : sequence of Finding
        All of the same districts; those without a target are left out.
    title : str, optional
        Title of the page.
    lang : {"en", "zh"}
        Language of every word that is not data.
    context : mapping of str to GeoDataFrame, optional
        Further layers of the plan, by name, to draw quietly; in the CRS of the districts.
    fictional : bool
        Whether to mark the data as made up.
    basemap : str or Basemap, optional
        As in `geoplan.maps.choropleth_map`.

    Returns
    -------
    MapPage
        With ``.html()`` and ``.save(path)``: one file that needs no internet.

    Raises
    ------
    ParameterError
        If no finding has a target, or two are of different districts.

    Notes
    -----
    The table sets districts against targets. A verdict is blue with a check or red with a cross,
    never a colour alone; where the data leave it open the district is white with its range and a
    diamond, and where there is no value it is grey. Either is counted as such.
    """
    judged = [finding for finding in findings if finding.target_text]
    if not judged:
        raise ParameterError("no finding has a target; overview_map() draws findings without one.")
    check_findings(judged)
    ground = ground_of(judged[0].result.districts, lang)
    parts = [misses_part(judged, ground), *(_verdict_part(finding, ground) for finding in judged)]
    sheet = Sheet(
        title=title or say("title.verdicts", lang),
        subtitle=capital(tally(judged, lang)),
        table=_matrix(judged, ground),
        lines=[finding.line for finding in judged],
        context=context or {},
        credited={"districts": judged[0].result.districts, **(context or {})},
        fictional=fictional,
        basemap=None if basemap is None else make_basemap(basemap),
    )
    return lay_out(ground, parts, sheet)


def misses_part(findings: Sequence[Finding], ground: Ground) -> Part:
    """
    Colour the districts by how many of their targets they miss.

    Parameters
    ----------
    findings : sequence of Finding
        Those with a target; the same districts in all.
    ground : Ground
        The districts.

    Returns
    -------
    Part
        A theme with its legend. A district of which no verdict is known is grey.
    """
    lang = ground.lang
    table = findings[0].measure.districts
    verdicts = [[finding.goal.of(key) for finding in findings] for key in table["district_id"]]
    missed = np.asarray([row.count(False) for row in verdicts])
    known = np.asarray([len(row) - row.count(None) for row in verdicts])
    # No more classes than a reader tells apart: 1 - 2, 3 - 4, …
    step = max(math.ceil(int(missed.max(initial=0)) / len(_MISSES)), 1)
    classes = np.ceil(missed / step).astype(int)
    colours = (_NONE_MISSED, *_MISSES[: max(int(classes.max(initial=0)), 1)])
    index = np.where(known > 0, classes, len(colours))
    style = Style(fill=(*colours, NO_DATA), fill_opacity=0.88)
    areas = DistrictsLayer(style=style, pane="gp-theme", classes=index.tolist())
    order = ground.order
    names = table["name"].to_numpy(dtype=object)
    texts = np.asarray(
        [
            say("overview.misses", lang, missed=m, known=k) if k else "–"
            for m, k in zip(missed.tolist(), known.tolist(), strict=True)
        ],
        dtype=object,
    )
    marks = label_layer(ground.label_at.iloc[order], names[order].tolist(), texts[order].tolist())
    together = group(say("theme.misses", lang), [areas, marks])
    entries = [
        LegendEntry(colour, _misses_words(number, step, lang), int((index == number).sum()))
        for number, colour in enumerate(colours)
    ]
    if (known == 0).any():
        entries.append(
            LegendEntry(NO_DATA, capital(say("class.none", lang)), int((known == 0).sum()))
        )
    block = LegendBlock(
        say("legend.misses_title", lang),
        tuple(entries),
        note=capital(say("legend.district_counts", lang)),
        layers=(together.get_name(),),
    )
    return Part(together, "theme", blocks=(block,))


def _misses_words(number: int, step: int, lang: str) -> str:
    if not number:
        return say("legend.misses_none", lang)
    first, last = (number - 1) * step + 1, number * step
    return say("legend.misses", lang, count=f"{first} – {last}" if step > 1 else str(first))


def _verdict_part(finding: Finding, ground: Ground) -> Part:
    """Colour the districts by their verdict on one target."""
    lang = ground.lang
    goal, keys = finding.goal, finding.measure.districts["district_id"]
    rank = {True: 0, False: 1, None: 3}
    colours = (MET, MISSED, OPEN, NO_DATA)
    index = [2 if goal.is_open(key) else rank[goal.of(key)] for key in keys]
    style = Style(fill=colours, fill_opacity=0.5)
    areas = DistrictsLayer(style=style, pane="gp-theme", classes=index)
    together = group(finding.title, [areas, labels(finding.measure, ground, finding.goal)])
    words = (
        f"✓ {say('table.met', lang)}",
        f"✗ {say('table.missed', lang)}",
        f"{OPEN_MARK} {say('table.undecidable', lang)}",
        capital(say("class.none", lang)),
    )
    entries = tuple(
        LegendEntry(colour, capital(word), index.count(number))
        for number, (colour, word) in enumerate(zip(colours, words, strict=True))
        if number <= rank[False] or number in index
    )
    block = LegendBlock(
        finding.title,
        entries,
        unit=finding.goal.words,
        note=capital(say("legend.district_counts", lang)),
        layers=(together.get_name(),),
    )
    return Part(together, "theme", blocks=(block,))


def _matrix(findings: Sequence[Finding], ground: Ground) -> TableCard:
    """Set districts against targets; whoever misses most comes first, the whole last."""
    lang, table = ground.lang, findings[0].measure.districts
    keys = table["district_id"].tolist()
    verdicts = [[finding.goal.of(key) for finding in findings] for key in (*keys, "")]
    missed = np.asarray([row.count(False) for row in verdicts[:-1]])
    opened = np.asarray([sum(f.goal.is_open(key) for f in findings) for key in keys])
    order = np.lexsort((-opened, -missed)).tolist()
    names = [*table["name"], say("table.whole", lang)]
    rows = tuple(
        (
            names[row],
            *(mark(finding.goal, [*keys, ""][row]) for finding in findings),
            str(verdicts[row].count(False)),
        )
        for row in (*order, -1)
    )
    numbered = (
        f"{number} {finding.title} {finding.goal.words}"
        for number, finding in enumerate(findings, 1)
    )
    return TableCard(
        say("table.verdicts", lang),
        (
            capital(say("table.district", lang)),
            *(str(number) for number in range(1, len(findings) + 1)),
            say("table.misses", lang),
        ),
        rows,
        note=("；" if lang == "zh" else "; ").join(numbered),
        bounds=(*(ground.row_bounds[row] for row in order), ground.bounds),
        districts=(*order, None),
    )
