"""The overview: every indicator of a plan on one map, in groups."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

from geoplan.core.terms import term
from geoplan.maps.page.basemaps import make_basemap
from geoplan.maps.page.boxes import Cell, LegendEntry, TableCard
from geoplan.maps.page.district_layers import share_part
from geoplan.maps.page.district_rows import verdict_cell
from geoplan.maps.page.facility_layers import objects_part
from geoplan.maps.page.finished_map import Sheet, lay_out
from geoplan.maps.page.folium_layers import Style, group, shapes_layer
from geoplan.maps.page.ground import Ground, ground_of
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.map_page import MapPage
from geoplan.maps.page.simplify import dissolved
from geoplan.maps.page.words import capital, facilities_name, say
from geoplan.maps.plans.findings import Finding, check_findings, tally, whole_text
from geoplan.maps.plans.verdicts import misses_part
from geoplan.maps.themes.choropleth import ramp_of
from geoplan.maps.themes.walk import streets_layer

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.core.results import Result
    from geoplan.maps.page.basemaps import Basemap

# What a result reached or measured, the first that it has.
_GROUND = ("served_all", "served", "areas", "reached")
_AREA = 2
_PLACES = ("facilities", "parks")
# Paul Tol's "bright" scheme: outlines that stay apart under every common colour blindness.
_RIMS = ("#4477aa", "#ee6677", "#228833", "#aa7f00", "#0f9bb8", "#aa3377", "#666666")


def overview_map(
    findings: Sequence[Finding],
    *,
    title: str | None = None,
    lang: str = "en",
    context: "Mapping[str, GeoDataFrame] | None" = None,
    fictional: bool = False,
    basemap: "str | Basemap | None" = None,
) -> MapPage:
    """
    Map every indicator of a plan at once: a theme for each, and what each reached or measured.

    Parameters
    ----------
    findings : sequence of Finding
        All of the same districts.
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
        If there is no finding, or two are of different districts.
    CRSError
        If a layer of `context` is in another CRS than the districts.

    Notes
    -----
    Themes exclude each other: targets missed per district, if there are targets, then the districts
    by each indicator. The ground that each reached and its facilities are layers to switch on, a
    layer of several indicators once. A row of the table chooses its theme.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point, box
    >>> from geoplan.analyses import coverage
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[box(500_000, 2_500_000, 503_000, 2_502_000)],
    ...     crs="EPSG:4547",
    ... )
    >>> stops = gpd.GeoDataFrame(geometry=[Point(501_000, 2_501_000)], crs="EPSG:4547")
    >>> found = coverage(stops, districts, distance_m=500, of=["land"])
    >>> page = overview_map([Finding("公交", found, target_text="> 95 %")], lang="zh")
    >>> [cell.text for cell in page.table.cells[0]]
    ['公交', '13.1 %', '> 95 %', '–']
    """
    check_findings(findings)
    ground = ground_of(findings[0].result.districts, lang)
    judged = [finding for finding in findings if finding.target_text]
    themes = [_theme(finding, ground) for finding in findings]
    first = [misses_part(judged, ground)] if judged else []
    layers, places = _layers(findings, ground)
    drawn = {id(layer) for layer in places.values()}
    context = {name: layer for name, layer in (context or {}).items() if id(layer) not in drawn}
    sheet = Sheet(
        title=title or say("title.overview", lang),
        subtitle=capital(tally(findings, lang)),
        table=_table(findings, themes, ground),
        lines=[finding.line for finding in findings],
        context=context,
        credited=_credited(findings, context),
        places=places,
        fictional=fictional,
        basemap=None if basemap is None else make_basemap(basemap),
    )
    return lay_out(ground, [*first, *themes, *layers], sheet)


def _theme(finding: Finding, ground: Ground) -> Part:
    analysis = finding.result.analysis
    return share_part(
        finding.measure,
        ground,
        finding.goal,
        analysis=analysis,
        ramp=ramp_of(analysis),
        name=finding.title,
    )


def _layers(
    findings: Sequence[Finding], ground: Ground
) -> "tuple[list[Part], dict[str, GeoDataFrame]]":
    """Draw what each finding reached, then the facilities; all off at first."""
    reached: list[Part] = []
    objects: list[Part] = []
    places: dict[str, GeoDataFrame] = {}
    seen: set[int] = set()
    for number, finding in enumerate(findings):
        layers = finding.result.layers
        kinds = (*_GROUND, f"reached_{finding.measure.part}")
        kind = next((kind for kind in kinds if kind in layers and len(layers[kind])), None)
        if kind is not None:
            reached.append(_reached(finding, layers[kind], _RIMS[number % len(_RIMS)], ground))
        for kind in _PLACES:
            layer = layers.get(kind)
            if layer is None or id(layer) in seen or layer.empty:
                continue
            name = _called(finding.result, kind, ground.lang)
            if name in places:  # the same layer once more, as another analysis prepared it
                continue
            seen.add(id(layer))
            places[name] = layer
            part = objects_part(layer, ground, title=capital(name), show=False)
            objects.append(replace(part, heading=say("control.places", ground.lang)))
    return [*reached, *objects], places


def _called(result: "Result", kind: str, lang: str) -> str:
    return facilities_name(result, lang) if kind == "facilities" else term("layer", kind, lang)


def _reached(finding: Finding, layer: "GeoDataFrame", rim: str, ground: Ground) -> Part:
    # Of walks along streets of unknown width there is no ground, only the streets.
    areal = bool((shapely.get_dimensions(layer.geometry.to_numpy()) == _AREA).any())
    if areal:
        style = Style(fill=rim, fill_opacity=0.28, stroke=rim, width_px=1.2)
        drawn = shapes_layer(ground.display(dissolved(layer)), style=style, pane="gp-over")
    else:
        drawn = streets_layer(layer, ground, colour=rim, pane="gp-over")
    return Part(
        group(finding.title, [drawn], show=False),
        "layer",
        entries=(LegendEntry(rim, finding.title, symbol="area" if areal else "line"),),
        heading=say("control.reached", ground.lang),
    )


def _table(findings: Sequence[Finding], themes: Sequence[Part], ground: Ground) -> TableCard:
    lang = ground.lang
    rows = tuple(
        (
            finding.title,
            whole_text(finding, lang),
            finding.goal.words or "–",
            verdict_cell(finding.goal, "", lang) if finding.target_text else Cell("–", "muted"),
        )
        for finding in findings
    )
    return TableCard(
        say("table.indicators", lang),
        tuple(say(f"table.{key}", lang) for key in ("indicator", "value", "target", "verdict")),
        rows,
        note=say("table.note_choose", lang),
        themes=tuple(theme.group.get_name() for theme in themes),
    )


def _credited(
    findings: Sequence[Finding], context: "Mapping[str, GeoDataFrame]"
) -> "dict[str, GeoDataFrame]":
    credited = {"districts": findings[0].result.districts}
    for number, finding in enumerate(findings):
        credited |= {f"{number}.{name}": layer for name, layer in finding.result.layers.items()}
    return {**credited, **context}
