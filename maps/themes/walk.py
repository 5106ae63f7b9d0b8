"""Walking on a map: streets within reach, isochrones, entrances, the longest walks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geoplan.core import numbers
from geoplan.core.terms import term
from geoplan.core.texts import text
from geoplan.maps.page.boxes import LegendBlock, LegendEntry, Symbol
from geoplan.maps.page.facility_layers import GrowOnZoom
from geoplan.maps.page.folium_layers import CANVAS_FROM, Style, Tip, group, names_of, shapes_layer
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.words import capital
from geoplan.maps.themes.unserved import SERVED, served_area, served_layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.core.results import Result
    from geoplan.maps.page.ground import Ground

REACHED = "#3f7fb5"
ROUTE = "#8e0152"
# ColorBrewer GnBu: the nearest darkest, and unlike the reds of what is out of reach.
_BANDS = ("#08589e", "#4eb3d3", "#ccebc5")
_RULES = {
    "given": "#1b6ca8",
    "gate": "#6a3d9a",
    "crossing": "#d95f0e",
    "boundary": "#8a949d",
    "itself": "#333c45",
}
_OFF = "#b2182b"
_SHOWN_UP_TO = 400  # more entrances than this hide the streets that lead to them


@dataclass(frozen=True)
class Reach:
    """
    What is within reach, as a map draws it.

    Parameters
    ----------
    drawn : folium.GeoJson
        The ground, or the streets where the plan does not say how wide that is.
    colour : str
        For the legend.
    symbol : str
        For the legend.
    area : str
        Its area in words; empty for streets.
    """

    drawn: "folium.GeoJson"
    colour: str
    symbol: Symbol
    area: str


def say(key: str, lang: str, **values: object) -> str:
    """Look up a phrase of these maps, such as ``legend.routes``."""
    return text(f"walk.{key}", lang, **values)


def reach_of(result: "Result", part: str, ground: "Ground") -> Reach | None:
    """
    Draw what is within reach: ground, or streets of no stated width as lines.

    Parameters
    ----------
    result : Result
        With a layer ``served`` or ``reached``, and ``_<part>`` behind it.
    part : str
        Tier or category; empty where there is none.
    ground : Ground
        What it lies on.

    Returns
    -------
    Reach or None
        None if the result has neither layer.
    """
    ending = f"_{part}" if part else ""
    if f"served{ending}" in result.layers:
        served = result.layers[f"served{ending}"]
        area = served_area(served, result, part, ground.lang)
        return Reach(served_layer(served, ground), SERVED, "area", area)
    if f"reached{ending}" not in result.layers:
        return None
    return Reach(streets_layer(result.layers[f"reached{ending}"], ground), REACHED, "line", "")


def streets_layer(
    streets: "GeoDataFrame",
    ground: "Ground",
    *,
    colour: str = REACHED,
    pane: str = "gp-theme",
) -> "folium.GeoJson":
    """Draw streets within reach as one layer of lines, joined where they follow each other."""
    lines = streets.geometry.to_numpy()
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    # Simplified one by one: all at once, each would be kept from crossing every other.
    shown = ground.display(gpd.GeoDataFrame(geometry=joined, crs=streets.crs))
    whole = shapely.multilinestrings(shown.geometry.to_numpy())
    style = Style(stroke=colour, width_px=1.5)
    return shapes_layer(gpd.GeoDataFrame(geometry=[whole], crs=shown.crs), style=style, pane=pane)


def isochrones_part(
    isochrones: "GeoDataFrame",
    ground: "Ground",
    *,
    subject: str,
    part: str = "",
    labelled: "folium.GeoJson | None" = None,
) -> Part:
    """
    Draw the ground within some minutes, or metres, of walking.

    Parameters
    ----------
    isochrones : GeoDataFrame
        Nested, the nearest first, with ``distance_m``, ``beside_m``, and ``minutes`` if they have
        any.
    ground : Ground
        What it lies on.
    subject : str
        What is walked to.
    part : str
        Tier or category in words; empty where there is none.
    labelled : folium.GeoJson, optional
        Labels of the districts.

    Returns
    -------
    Part
        A theme with its legend: the nearest darkest.
    """
    lang, timed = ground.lang, "minutes" in isochrones
    areas = isochrones.geometry.to_numpy()
    inner = np.append(np.array([shapely.Polygon()], dtype=object), areas[:-1])
    rings = isochrones.set_geometry(
        gpd.GeoSeries(shapely.difference(areas, inner), index=isochrones.index, crs=isochrones.crs)
    )
    colours = _BANDS[: len(rings)]
    style = Style(fill=colours, fill_opacity=0.75)
    drawn = shapes_layer(
        ground.display(rings), style=style, pane="gp-theme", classes=np.arange(len(rings))
    )
    name = "times" if timed else "distances"
    title = say(f"theme.{name}_part", lang, part=part) if part else say(f"theme.{name}", lang)
    together = group(capital(title), [drawn, *([] if labelled is None else [labelled])])
    labels = _band_labels(isochrones, lang)
    beside = numbers.distance(float(isochrones["beside_m"].iloc[0]), lang)
    block = LegendBlock(
        capital(say("legend.isochrones", lang, subject=subject)),
        tuple(
            LegendEntry(colour, capital(label), far)
            for colour, (label, far) in zip(colours, labels, strict=True)
        ),
        note=capital(say("legend.isochrones_note", lang, beside=beside)),
        layers=(together.get_name(),),
    )
    return Part(together, "theme", blocks=(block,))


def _band_labels(isochrones: "GeoDataFrame", lang: str) -> list[tuple[str, str]]:
    """Word each band by its own limits, and the metres of its outer one where it has minutes."""
    metres = [numbers.distance(float(one), lang) for one in isochrones["distance_m"]]
    if "minutes" not in isochrones:
        reaches, aside = metres, [""] * len(metres)
    else:
        reaches = [_minutes(float(one), lang) for one in isochrones["minutes"]]
        aside = metres
    first, *others = reaches
    words = [say("legend.within", lang, reach=first)]
    words += [
        say("legend.between", lang, low=_bare(low), high=high)
        for low, high in zip(reaches, others, strict=False)
    ]
    return list(zip(words, aside, strict=True))


def _bare(reach: str) -> str:
    """Leave the unit out of a lower limit: “3 – 6 min”, unless the higher has another."""
    return reach.split(" ", maxsplit=1)[0] if reach.count(" ") == 1 else reach


def _minutes(minutes: float, lang: str) -> str:
    decimals = 0 if abs(minutes - round(minutes)) < 0.05 else 1
    return f"{numbers.number(minutes, decimals)} {numbers.unit_label('min', lang)}"


def walk_parts(result: "Result", ground: "Ground", *, front: str = "") -> list[Part]:
    """
    Draw the longest walks and the entrances of a result, whichever it has.

    Parameters
    ----------
    result : Result
        With layers ``routes``, ``routes_<part>`` or ``entrances``, or none of them.
    ground : Ground
        What they lie on.
    front : str
        Of ways by part, those to show at first.

    Returns
    -------
    list of Part
        Layers for the layer control.
    """
    layers, parts = result.layers, []
    if "entrances" in layers and result.definition.get("distance") == "network":
        entrances = layers["entrances"]
        told = entrances[entrances["rule"] != "itself"]
        if len(told):
            parts.append(entrances_part(told, ground, show=result.analysis != "living_circle"))
    for name in layers:
        kind, _, part = name.partition("_")
        if kind == "routes" and len(layers[name]):
            words = term("part", part, ground.lang) if part else ""
            parts.append(routes_part(layers[name], ground, part=words, show=part == front))
    return parts


def routes_part(
    routes: "GeoDataFrame", ground: "Ground", *, part: str = "", show: bool = True
) -> Part:
    """
    Draw the ways of places that walk farthest, each with a dot where it begins.

    Parameters
    ----------
    routes : GeoDataFrame, rows of LineString
        With ``distance_m``, and ``time_min`` if there is a speed.
    ground : Ground
        What they lie on.
    part : str
        Tier or category in words; empty where there is none.
    show : bool
        Whether they are on at first.

    Returns
    -------
    Part
        A layer.
    """
    lang = ground.lang
    metres = routes["distance_m"].tolist()
    title = capital(say("legend.routes_part" if part else "legend.routes", lang, part=part))
    tips = [Tip("", [capital(say("tip.route", lang))] * len(routes))]
    tips.append(Tip(say("tip.distance", lang), [numbers.distance(one, lang) for one in metres]))
    if "time_min" in routes:
        times = [_minutes(round(one), lang) for one in routes["time_min"]]
        tips.append(Tip(say("tip.time", lang), times))
    line = Style(stroke=ROUTE, width_px=2.6)
    lines = shapes_layer(ground.display(routes), style=line, pane="gp-objects", tips=tips)
    starts = routes.set_geometry(
        gpd.GeoSeries(
            shapely.get_point(routes.geometry.to_numpy(), 0), index=routes.index, crs=routes.crs
        )
    )
    dot = Style(fill=ROUTE, stroke="#ffffff", width_px=1.0, radius_px=4.0)
    dots = shapes_layer(ground.display(starts), style=dot, pane="gp-objects", tips=tips)
    entry = LegendEntry(ROUTE, title, len(routes), "line")
    return Part(group(title, [lines, dots], show=show), "layer", entries=(entry,))


def entrances_part(entrances: "GeoDataFrame", ground: "Ground", *, show: bool = True) -> Part:
    """
    Draw where facilities are entered, coloured by how that was found.

    Parameters
    ----------
    entrances : GeoDataFrame, rows of Point
        With ``rule``, and ``on_network``, ``name`` if known.
    ground : Ground
        What they lie on.
    show : bool
        Whether they are on at first, if they are no more than 400.

    Returns
    -------
    Part
        A layer.
    """
    lang = ground.lang
    keys = [*_RULES, "off_network"]
    rule = entrances["rule"].to_numpy(dtype=object)
    on = entrances["on_network"].to_numpy(bool) if "on_network" in entrances else True
    index = np.where(on, [keys.index(one) for one in rule], len(_RULES)).astype(int)
    words = [say(f"legend.{key}", lang) for key in keys]
    title = capital(say("legend.entrances", lang))
    colon = "：" if lang == "zh" else ": "
    return dots_part(
        entrances,
        ground,
        title=title,
        classes=index,
        looks=[
            (colour, f"{title}{colon}{word}")
            for colour, word in zip((*_RULES.values(), _OFF), words, strict=True)
        ],
        tips=[
            Tip(title, names_of(entrances).tolist()),
            Tip(say("tip.rule", lang), [capital(words[one]) for one in index]),
        ],
        show=show,
    )


def dots_part(
    places: "GeoDataFrame",
    ground: "Ground",
    *,
    title: str,
    classes: "NDArray[np.int_]",
    looks: "Sequence[tuple[str, str]]",
    tips: "Sequence[Tip]",
    show: bool = True,
) -> Part:
    """
    Draw places of several kinds as dots that grow on zooming in.

    Parameters
    ----------
    places : GeoDataFrame
        Points; other shapes are placed at a point inside.
    ground : Ground
        What they stand on.
    title : str
        For the layer control.
    classes : array of int, n values
        Kind of each.
    looks : sequence of (str, str)
        Colour and words of each kind.
    tips : sequence of Tip
        Lines of the tooltips.
    show : bool
        Whether they are on at first, if they are no more than 400.

    Returns
    -------
    Part
        A layer with a line of the legend per kind that occurs.
    """
    colours = tuple(colour for colour, _ in looks)
    style = Style(fill=colours, stroke="#ffffff", width_px=0.7, radius_px=3.2)
    circles = shapes_layer(
        ground.display(places.set_geometry(places.geometry.representative_point())),
        style=style,
        pane="gp-objects",
        classes=classes,
        tips=tips,
        canvas=len(places) > CANVAS_FROM,
    )
    counts = np.bincount(classes, minlength=len(looks)).tolist()
    entries = tuple(
        LegendEntry(colour, words, count, "point")
        for (colour, words), count in zip(looks, counts, strict=True)
        if count
    )
    drawn = [circles, GrowOnZoom(circles, style.radius_px)]
    on = show and len(places) <= _SHOWN_UP_TO
    return Part(group(title, drawn, show=on), "layer", entries=entries)
