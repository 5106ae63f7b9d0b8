"""One finished map: the parts on their ground, with title, legend, table, search and footer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoplan.core.definitions import define
from geoplan.core.errors import ParameterError
from geoplan.maps.page.basemaps import Basemap, basemap_lines, make_basemap, tiles_part
from geoplan.maps.page.boxes import Place, TableCard
from geoplan.maps.page.context_layers import ORIENTATION, context_parts
from geoplan.maps.page.district_layers import Line, hit_layer
from geoplan.maps.page.first_view import FitBetweenCards
from geoplan.maps.page.ground import Ground, ground_of, start_map
from geoplan.maps.page.layer_groups import Part, add_parts
from geoplan.maps.page.map_page import MapPage, make_page
from geoplan.maps.page.simplify import in_degrees
from geoplan.maps.page.target_words import Goal
from geoplan.maps.page.words import capital, default_title, footer, headline, say, unbroken

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.core.results import Measure, Result

_MOST_PLACES = 5_000
_BETWEEN = "\u00a0· "


@dataclass(frozen=True)
class Request:
    """
    What the caller of a map function asked for.

    Parameters
    ----------
    result : Result
        What was found.
    measure : Measure
        The measure in front.
    goal : Goal
        Its target.
    title : str or None
        Title; by default from the kind of the result.
    lang : str
        Language.
    context : mapping of str to GeoDataFrame
        Further layers to draw quietly.
    fictional : bool
        Whether to say that the data is made up.
    basemap : Basemap or None
        Tiles to lay under the map.
    """

    result: "Result"
    measure: "Measure"
    goal: Goal
    title: str | None
    lang: str
    context: "Mapping[str, GeoDataFrame]" = field(default_factory=dict)
    fictional: bool = False
    basemap: Basemap | None = None

    def goal_of(self, measure: "Measure") -> Goal:
        """Give the target if it is this measure's, else none: a target speaks of one measure."""
        return self.goal if measure is self.measure else Goal()


@dataclass(frozen=True)
class Sheet:
    """
    What stands on and around a map beside its parts.

    Parameters
    ----------
    title, subtitle : str
        Of the page.
    table : TableCard
        The table beside the map.
    lines : sequence of Line
        What tooltips and panels of the districts say.
    context : mapping of str to GeoDataFrame
        Layers to draw quietly.
    shown : sequence of str
        Those of them that are on at first.
    credited : mapping of str to GeoDataFrame
        Layers whose sources the footer names.
    places : mapping of str to GeoDataFrame
        Layers with names that the search box finds, by what they are called.
    fictional : bool
        Whether to say that the data is made up.
    basemap : Basemap or None
        Tiles to lay under the map.
    """

    title: str
    subtitle: str
    table: TableCard
    lines: Sequence[Line]
    context: "Mapping[str, GeoDataFrame]" = field(default_factory=dict)
    shown: Sequence[str] = ORIENTATION
    credited: "Mapping[str, GeoDataFrame]" = field(default_factory=dict)
    places: "Mapping[str, GeoDataFrame]" = field(default_factory=dict)
    fictional: bool = False
    basemap: Basemap | None = None


def request(  # noqa: PLR0913 (what the public functions take, once)
    result: "Result",
    *,
    of: str | None,
    part: str | None,
    title: str | None,
    lang: str,
    context: "Mapping[str, GeoDataFrame] | None",
    target_text: str | None,
    target_met: Mapping[str, bool | None] | None,
    fictional: bool,
    basemap: str | Basemap | None = None,
) -> Request:
    """
    Gather the arguments of a map function, and refuse what cannot be drawn.

    Raises
    ------
    ParameterError
        If the result has no measure, or not the one asked for, or there is no such basemap.
    """
    return Request(
        result=result,
        measure=pick(result, of, part),
        goal=Goal(target_text or "", target_met),
        title=title,
        lang=lang,
        context=dict(context or {}),
        fictional=fictional,
        basemap=None if basemap is None else make_basemap(basemap),
    )


def pick(result: "Result", of: str | None, part: str | None) -> "Measure":
    """
    Pick the measure in front: the first one that fits.

    Raises
    ------
    ParameterError
        If none does; the message lists those there are.
    """
    for measure in result.measures:
        if of in (None, measure.of) and part in (None, measure.part):
            return measure
    have = ", ".join(measure.label for measure in result.measures) or "none"
    raise ParameterError(
        f"there is no measure of={of!r}, part={part!r} in this {result.analysis}; it has: {have}."
    )


def ordered(asked: Request) -> list["Measure"]:
    """Give the measures of the result, the one in front first."""
    others = [measure for measure in asked.result.measures if measure is not asked.measure]
    return [asked.measure, *others]


def make_ground(asked: Request) -> Ground:
    """Prepare the districts of the result."""
    return ground_of(asked.result.districts, asked.lang)


def finish(
    asked: Request,
    ground: Ground,
    parts: Sequence[Part],
    table: TableCard,
    *,
    places: "Mapping[str, GeoDataFrame] | None" = None,
) -> MapPage:
    """
    Put the parts of a map together on a page.

    Parameters
    ----------
    asked : Request
        What to show.
    ground : Ground
        The districts.
    parts : sequence of Part
        Themes and layers of this kind of map; the context is added below the layers.
    table : TableCard
        The table beside the map.
    places : mapping of str to GeoDataFrame, optional
        Layers with names that the search box finds, by what they are called.

    Returns
    -------
    MapPage
        The page.
    """
    result, lang = asked.result, asked.lang
    return lay_out(
        ground,
        parts,
        Sheet(
            title=asked.title or default_title(result, lang),
            subtitle=_subtitle(asked),
            table=table,
            lines=[Line(measure, asked.goal_of(measure)) for measure in ordered(asked)],
            context=_besides(asked),
            shown=_orientation(asked),
            credited={"districts": result.districts, **result.layers, **asked.context},
            places=places or {},
            fictional=asked.fictional,
            basemap=asked.basemap,
        ),
    )


def lay_out(ground: Ground, parts: Sequence[Part], sheet: Sheet) -> MapPage:
    """
    Lay the parts of a map on their ground, with everything around them.

    Parameters
    ----------
    ground : Ground
        The districts.
    parts : sequence of Part
        Themes and layers; the context is added below the layers.
    sheet : Sheet
        What else stands on the page.

    Returns
    -------
    MapPage
        The page.
    """
    lang, tiles = ground.lang, sheet.basemap
    map_ = start_map(ground, gcj02=tiles is not None and tiles.gcj02)
    FitBetweenCards(ground.shown).add_to(map_)
    # Tiles bring water and roads of their own.
    context = context_parts(sheet.context, ground, shown=() if tiles else sheet.shown)
    if tiles is not None:
        context = [*context, tiles_part(map_, tiles, lang)]
    legend = add_parts(map_, parts, context, lang)
    hit_layer(sheet.lines, ground).add_to(map_)
    lines = footer(
        sheet.credited,
        ground.districts.crs,
        lang,
        tolerance_m=ground.tolerance_m,
        fictional=sheet.fictional,
    )
    return make_page(
        map_,
        title=sheet.title,
        subtitle=sheet.subtitle,
        legend=legend,
        table=sheet.table,
        footer=[*lines, *basemap_lines(tiles, lang)],
        lang=lang,
        bounds=ground.bounds,
        places=_places(ground, sheet.places),
    )


def _orientation(asked: Request) -> tuple[str, ...]:
    """Name the context that helps to find one's way: parks, but not where green is the subject."""
    reach = asked.result.analysis in ("coverage", "park_access")
    return (*ORIENTATION, "parks") if reach else ORIENTATION


def _besides(asked: Request) -> "dict[str, GeoDataFrame]":
    """Leave out of the context what the result itself is about."""
    subjects = {str(value) for value in asked.result.definition.values()}
    return {
        name: layer
        for name, layer in asked.context.items()
        if name not in subjects and name not in asked.result.layers
    }


def _subtitle(asked: Request) -> str:
    goal = asked.goal
    phrases = headline(
        asked.measure,
        asked.lang,
        target_text=goal.words or None,
        met=goal.of(""),
        is_open=goal.is_open(""),
    )
    finding = unbroken(_BETWEEN.join(capital(phrase) for phrase in phrases))
    try:
        definition = define(asked.result, asked.lang)[0]
    except (ParameterError, KeyError):
        # A result made by hand need not define itself.
        return finding
    return f"{finding}{_BETWEEN}{definition}"


def _places(ground: Ground, layers: "Mapping[str, GeoDataFrame]") -> list[Place]:
    names = ground.districts["name"].astype(str).tolist()
    kind = say("place.district", ground.lang)
    found = [
        Place(name, kind, bounds)
        for name, bounds in zip(names, ground.row_bounds, strict=True)
        if name
    ]
    for called, layer in layers.items():
        found += _named(layer, called)
    return found


def _named(layer: "GeoDataFrame", kind: str) -> list[Place]:
    if "name" not in layer:
        return []
    named = layer[layer["name"].fillna("").astype(str) != ""].drop_duplicates("name")
    if len(named) > _MOST_PLACES:
        return []
    edges = in_degrees(named.geometry).bounds.to_numpy().round(5)[:, [1, 0, 3, 2]].tolist()
    return [
        Place(str(name), kind, (s, w, n, e))
        for name, (s, w, n, e) in zip(named["name"], edges, strict=True)
    ]
