"""The map of a change between two dates: ground gained and lost, districts by change."""

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geoplan.analyses.shared.coordinate_rounding import moved_by
from geoplan.core import numbers
from geoplan.core.results import ROUNDING
from geoplan.maps.page.basemaps import make_basemap
from geoplan.maps.page.boxes import LegendBlock, LegendEntry
from geoplan.maps.page.classes import NO_DATA, make_classes
from geoplan.maps.page.district_layers import Line, share_part
from geoplan.maps.page.finished_map import Sheet, lay_out
from geoplan.maps.page.folium_layers import Style, group, shapes_layer
from geoplan.maps.page.ground import Ground, ground_of
from geoplan.maps.page.labels import label_layer
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.map_page import MapPage
from geoplan.maps.page.shared_shapes import DistrictsLayer
from geoplan.maps.page.target_words import Goal
from geoplan.maps.page.words import capital, default_title, measure_name, say
from geoplan.maps.plans.two_dates import (
    Pair,
    ground_layer,
    make_pair,
    pair_subtitle,
    pair_table,
    signed,
)

if TYPE_CHECKING:
    import folium
    from geopandas import GeoDataFrame

    from geoplan.core.results import Result
    from geoplan.maps.page.basemaps import Basemap

GAIN, LOSS, KEPT = "#4393c3", "#d6604d", "#d3d7db"
# ColorBrewer RdBu: from the largest loss to none, and from none to the largest gain.
_LOSSES = ("#d6604d", "#f4a582", "#fddbc7")
_GAINS = ("#d1e5f0", "#92c5de", "#4393c3")
_SAME = "#f1f1ee"


def change_map(  # noqa: PLR0913 (the parts of one page)
    before: "Result",
    after: "Result",
    *,
    of: str | None = None,
    part: str | None = None,
    names: tuple[str, str] | None = None,
    title: str | None = None,
    lang: str = "en",
    context: "Mapping[str, GeoDataFrame] | None" = None,
    target_text: str | None = None,
    target_met: Mapping[str, bool | None] | None = None,
    fictional: bool = False,
    basemap: "str | Basemap | None" = None,
) -> MapPage:
    """
    Map what changed between two results: ground gained, lost and kept, districts by change.

    Parameters
    ----------
    before, after : Result
        Of one analysis, in the same districts and CRS.
    of, part : str, optional
        The measure in front. The first that fits by default.
    names : tuple of str, optional
        What the two are called, such as ``("2015", "2025")``.
    title, lang, context, target_text, target_met, fictional, basemap
        As in `geoplan.maps.choropleth_map`; the target is that of the later result.

    Returns
    -------
    MapPage
        With ``.html()`` and ``.save(path)``: one file that needs no internet.

    Raises
    ------
    ParameterError
        If the results cannot be compared, or lack the measure.
    CRSError
        If a layer is in another CRS than the districts.

    See Also
    --------
    geoplan.maps.compare_map : The two side by side, under a line that the reader moves.

    Notes
    -----
    Gain is blue and loss red, which every common colour blindness tells apart, and both stand in
    words and areas in the legend. Ground that moved by less than the tolerance of the drawing is
    kept ground on the map; the areas in the legend are those of the full geometry.

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
    >>> stops = gpd.GeoDataFrame(
    ...     geometry=[Point(501_000, 2_501_000), Point(502_200, 2_501_000)], crs="EPSG:4547"
    ... )
    >>> first, second = (
    ...     coverage(stops[:n], districts, distance_m=500, of=["land"]) for n in (1, 2)
    ... )
    >>> change_map(first, second, names=("2020", "2025")).table.cells[0][3].text
    '+13.1 points'
    """
    goal = Goal(target_text or "", target_met)
    pair = make_pair(before, after, of=of, part=part, names=names, goal=goal, lang=lang)
    ground = ground_of(before.districts, lang)
    earlier, later = pair.measures
    parts = [
        *_ground_part(pair, ground),
        _change_part(pair, ground),
        *(
            share_part(
                measure,
                ground,
                own,
                analysis=before.analysis,
                name=say("change.at", lang, name=measure_name(measure, lang), when=name),
            )
            for measure, own, name in (
                (earlier, Goal(), pair.names[0]),
                (later, goal, pair.names[1]),
            )
        ),
    ]
    sheet = Sheet(
        title=title
        or say(
            "change.titled", lang, title=default_title(after, lang), what=say("change.title", lang)
        ),
        subtitle=capital(pair_subtitle(pair)),
        table=pair_table(pair, ground),
        lines=[Line(earlier, Goal(), pair.names[0]), Line(later, goal, pair.names[1])],
        context=context or {},
        credited={"districts": before.districts, **before.layers, **after.layers},
        fictional=fictional,
        basemap=None if basemap is None else make_basemap(basemap),
    )
    return lay_out(ground, parts, sheet)


def _ground_part(pair: Pair, ground: Ground) -> list[Part]:
    """Draw the ground gained, lost and kept; nothing where a result holds no polygons."""
    lang = pair.lang
    layers = [ground_layer(result) for result in (pair.before, pair.after)]
    if layers[0] is None or layers[1] is None:
        return []
    first, second = (layer.geometry.iloc[0] for layer in layers if layer is not None)
    within_m2 = ROUNDING * max(first.area, second.area) + sum(
        moved_by(result) * shape.length
        for result, shape in ((pair.before, first), (pair.after, second))
    )
    gained, lost = (
        shapely.Polygon() if shape.area <= within_m2 else shape
        for shape in (shapely.difference(second, first), shapely.difference(first, second))
    )
    shapes = [shapely.intersection(first, second), gained, lost]
    colours = (KEPT, GAIN, LOSS)
    keys = ("kept", "gain", "loss")
    pieces = gpd.GeoDataFrame(geometry=shapes, crs=layers[0].crs)
    style = Style(fill=colours, fill_opacity=0.9)
    drawn = shapes_layer(
        ground.display(_areal(pieces)), style=style, pane="gp-theme", classes=range(len(keys))
    )
    together = group(say("change.ground", lang), [drawn, _change_labels(pair, ground)])
    entries = tuple(
        LegendEntry(colour, say(f"change.{key}", lang), numbers.amount(shape.area, "m2", lang))
        for colour, key, shape in zip(colours, keys, shapes, strict=True)
    )
    block = LegendBlock(
        say("change.ground", lang),
        entries,
        unit=f"{pair.names[0]} – {pair.names[1]}",
        layers=(together.get_name(),),
    )
    return [Part(together, "theme", blocks=(block,))]


def _areal(pieces: "GeoDataFrame") -> "GeoDataFrame":
    """Keep the polygons of an overlay; lines and points are where outlines touch."""
    parts = [shapely.get_parts(shape) for shape in pieces.geometry.to_numpy()]
    areal = [shapely.multipolygons(part[shapely.get_type_id(part) == 3]) for part in parts]
    return gpd.GeoDataFrame(geometry=areal, crs=pieces.crs)


def _change_labels(pair: Pair, ground: Ground) -> "folium.GeoJson":
    order = ground.order
    names = pair.measures[0].districts["name"].to_numpy(dtype=object)
    texts = np.asarray(pair.change_texts()[:-1], dtype=object)
    return label_layer(ground.label_at.iloc[order], names[order].tolist(), texts[order].tolist())


def _change_part(pair: Pair, ground: Ground) -> Part:
    """Colour the districts by their change, in equal classes on both sides of none."""
    lang, unit, change = pair.lang, pair.measures[0].unit, pair.change
    size = np.abs(change[np.isfinite(change)])
    limits = make_classes([0.0, *size.tolist()], unit=unit, ramp="Blues", at_most=3).limits
    steps = [limit for limit in limits if limit > 0][: len(_GAINS) - 1]
    bounds = np.asarray([*(-limit for limit in reversed(steps)), 0.0, *steps])
    # Exactly no change is a class of its own.
    index = np.where(change < 0, np.digitize(change, bounds), np.digitize(change, bounds) + 1)
    index = np.where(change == 0, len(steps) + 1, index)
    colours = (*_LOSSES[len(_LOSSES) - 1 - len(steps) :], _SAME, *_GAINS[: len(steps) + 1])
    index = np.where(np.isnan(change), len(colours), index)
    style = Style(fill=(*colours, NO_DATA), fill_opacity=0.9)
    areas = DistrictsLayer(style=style, pane="gp-theme", classes=index.tolist())
    together = group(say("change.by_district", lang), [areas, _change_labels(pair, ground)])
    words = _class_words(bounds, unit, lang)
    entries = [
        LegendEntry(colour, word, int((index == number).sum()))
        for number, (colour, word) in enumerate(zip(colours, words, strict=True))
        if size.any() or number == len(steps) + 1  # where nothing changed there are no classes
    ]
    if np.isnan(change).any():
        entries.append(
            LegendEntry(NO_DATA, capital(say("class.none", lang)), int(np.isnan(change).sum()))
        )
    block = LegendBlock(
        say("change.by_district", lang),
        tuple(reversed(entries)),
        note=capital(say("legend.district_counts", lang)),
        layers=(together.get_name(),),
    )
    return Part(together, "theme", blocks=(block,))


def _class_words(bounds: "np.ndarray", unit: str, lang: str) -> list[str]:
    shown = [signed(float(bound), unit, lang) if bound else "0" for bound in bounds]
    middle = len(bounds) // 2
    losses = [say("change.below", lang, limit=shown[0])]
    losses += [f"{low} … {high}" for low, high in pairwise(shown[: middle + 1])]
    gains = [f"{low} … {high}" for low, high in pairwise(shown[middle:])]
    gains.append(say("change.from", lang, limit=shown[-1]))
    if not middle:
        losses, gains = [say("change.loss", lang)], [say("change.gain", lang)]
    return [*losses, say("change.same", lang), *gains]
