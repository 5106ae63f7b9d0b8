"""Before and after on one map, under a line that the reader moves."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from branca.element import MacroElement
from folium.template import Template

from geoplan.core import numbers
from geoplan.maps.page.basemaps import make_basemap
from geoplan.maps.page.boxes import LegendBlock, LegendEntry
from geoplan.maps.page.classes import NO_DATA, make_classes
from geoplan.maps.page.district_layers import Line, class_entries
from geoplan.maps.page.figure import DataIsland
from geoplan.maps.page.finished_map import Sheet, lay_out
from geoplan.maps.page.folium_layers import Style, group, shapes_layer
from geoplan.maps.page.ground import Ground, ground_of
from geoplan.maps.page.labels import label_layer
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.map_page import MapPage
from geoplan.maps.page.safe import visible
from geoplan.maps.page.shared_shapes import DistrictsLayer
from geoplan.maps.page.target_words import Goal
from geoplan.maps.page.words import bound_of, capital, default_title, say, share_name
from geoplan.maps.plans.two_dates import Pair, ground_layer, make_pair, pair_subtitle, pair_table
from geoplan.maps.themes.unserved import SERVED, SERVED_RIM

if TYPE_CHECKING:
    import folium
    from geopandas import GeoDataFrame

    from geoplan.core.results import Result
    from geoplan.maps.page.basemaps import Basemap

_PANES = ("gp-before", "gp-after")


def compare_map(  # noqa: PLR0913 (the parts of one page)
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
    Map two results side by side: the earlier left of a line, the later right of it.

    Parameters
    ----------
    before, after : Result
        Of one analysis, in the same districts and CRS: two dates, or today and a proposal.
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
    geoplan.maps.change_map : Where the two differ, and by how much.

    Notes
    -----
    The line is moved with the mouse, a finger, or the arrow keys once it has the focus. Both sides
    have the same classes and colours. Labels give both values: they are not cut.
    """
    goal = Goal(target_text or "", target_met)
    pair = make_pair(before, after, of=of, part=part, names=names, goal=goal, lang=lang)
    ground = ground_of(before.districts, lang)
    parts = [*_ground_part(pair, ground), _value_part(pair, ground)]
    earlier, later = pair.measures
    sheet = Sheet(
        title=title
        or say(
            "change.titled", lang, title=default_title(after, lang), what=" / ".join(pair.names)
        ),
        subtitle=capital(pair_subtitle(pair)),
        table=pair_table(pair, ground),
        lines=[Line(earlier, Goal(), pair.names[0]), Line(later, goal, pair.names[1])],
        context=context or {},
        credited={"districts": before.districts, **before.layers, **after.layers},
        fictional=fictional,
        basemap=None if basemap is None else make_basemap(basemap),
    )
    page = lay_out(ground, parts, sheet)
    Swipe(pair.names, say("change.swipe", lang)).add_to(page.map_)
    return page


def _labels(pair: Pair, ground: Ground) -> "folium.GeoJson":
    order = ground.order
    table = pair.measures[1].districts
    first, second = (np.asarray(pair.texts(number)[:-1], dtype=object) for number in (0, 1))
    both = np.asarray([f"{a} → {b}" for a, b in zip(first, second, strict=True)], dtype=object)
    met = [pair.goal.of(key) for key in table["district_id"].to_numpy(dtype=object)[order]]
    names = table["name"].to_numpy(dtype=object)[order].tolist()
    return label_layer(ground.label_at.iloc[order], names, both[order].tolist(), met)


def _ground_part(pair: Pair, ground: Ground) -> list[Part]:
    lang = pair.lang
    layers = [ground_layer(result) for result in (pair.before, pair.after)]
    if any(layer is None for layer in layers):
        return []
    style = Style(fill=SERVED, fill_opacity=0.85, stroke=SERVED_RIM, width_px=0.7)
    drawn = [
        shapes_layer(ground.display(layer), style=style, pane=pane)
        for layer, pane in zip(layers, _PANES, strict=True)
        if layer is not None
    ]
    together = group(say("change.reached", lang), [*drawn, _labels(pair, ground)])
    entries = tuple(
        LegendEntry(SERVED, name, numbers.amount(float(layer.area.sum()), "m2", lang))
        for name, layer in zip(pair.names, layers, strict=True)
        if layer is not None
    )
    block = LegendBlock(say("change.reached", lang), entries, layers=(together.get_name(),))
    return [Part(together, "theme", blocks=(block,))]


def _value_part(pair: Pair, ground: Ground) -> Part:
    lang = pair.lang
    values = [measure.districts["value"].to_numpy(dtype=float) for measure in pair.measures]
    unit = pair.measures[0].unit
    bound = bound_of(pair.goal.text, unit)
    classes = make_classes(np.concatenate(values), unit=unit, ramp="Blues", include=bound)
    style = Style(fill=(*classes.colors, NO_DATA), fill_opacity=0.9)
    drawn = []
    for pane, side in zip(_PANES, values, strict=True):
        index = classes.index(side)
        index = np.where(index < 0, len(classes.colors), index)
        drawn.append(DistrictsLayer(style=style, pane=pane, classes=index.tolist()))
    name = share_name(pair.measures[0], lang, analysis=pair.after.analysis)
    together = group(name, [*drawn, _labels(pair, ground)])
    blocks = tuple(
        LegendBlock(
            f"{name}: {called}",
            class_entries(classes, side, lang),
            unit=classes.unit_label(lang),
            layers=(together.get_name(),),
        )
        for called, side in zip(pair.names, values, strict=True)
    )
    note = LegendBlock("", (), note=capital(say("legend.district_counts", lang)))
    last = LegendBlock(
        blocks[1].title, blocks[1].entries, blocks[1].unit, note.note, blocks[1].layers
    )
    return Part(together, "theme", blocks=(blocks[0], last))


class Swipe(MacroElement):
    """
    A line over the map: left of it shows the pane ``gp-before``, right of it ``gp-after``.

    Parameters
    ----------
    names : tuple of str
        What stands left and right of the line, plain text.
    label : str
        What the line is called to those who do not see it.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <style>
        .gp-swipe { position: absolute; top: 0; bottom: 0; width: 0; z-index: 650; }
        .gp-swipe::before {
            content: ""; position: absolute; top: 0; bottom: 0; left: -1px; width: 2px;
            background: #23282d; opacity: .75; pointer-events: none;
        }
        .gp-swipe-handle {
            position: absolute; top: 62%; left: -17px; width: 34px; height: 34px; margin-top: -17px;
            border-radius: 50%; background: #fff; border: 2px solid #23282d; box-sizing: border-box;
            cursor: ew-resize; touch-action: none; text-align: center; line-height: 29px;
            font-size: 15px; color: #23282d;
        }
        .gp-swipe-handle:focus-visible { outline: 3px solid #2166ac; outline-offset: 2px; }
        .gp-swipe span {
            position: absolute; top: calc(62% + 26px); padding: 2px 7px; background: #fff;
            border-radius: 3px; box-shadow: 0 1px 3px rgba(0,0,0,.3); font-weight: 600;
            white-space: nowrap; max-width: 30vw; overflow: hidden; text-overflow: ellipsis;
            pointer-events: none;
        }
        .gp-swipe span:nth-of-type(1) { right: 8px; }
        .gp-swipe span:nth-of-type(2) { left: 8px; }
        </style>
        {% endmacro %}

        {% macro script(this, kwargs) %}
        (function (map) {
            var words = geoplan.island("gp-swipe"), part = 0.5;
            var line = geoplan.element("div", "gp-swipe");
            var handle = geoplan.element("div", "gp-swipe-handle", "↔");
            handle.tabIndex = 0;
            handle.setAttribute("role", "slider");
            handle.setAttribute("aria-label", words.label);
            handle.setAttribute("aria-valuemin", "0");
            handle.setAttribute("aria-valuemax", "100");
            line.append(handle, geoplan.element("span", "", words.names[0]),
                geoplan.element("span", "", words.names[1]));
            map.getContainer().append(line);
            L.DomEvent.disableClickPropagation(handle);
            function clip() {
                var size = map.getSize(), x = size.x * part;
                var from = map.containerPointToLayerPoint([0, 0]);
                var to = map.containerPointToLayerPoint(size);
                function rect(left, right) {
                    return "rect(" + [from.y, right, to.y, left].join("px,") + "px)";
                }
                map.getPane("gp-before").style.clip = rect(from.x, from.x + x);
                map.getPane("gp-after").style.clip = rect(from.x + x, to.x);
                line.style.left = x + "px";
                handle.setAttribute("aria-valuenow", String(Math.round(part * 100)));
            }
            function move(to) { part = Math.min(0.98, Math.max(0.02, to)); clip(); }
            handle.addEventListener("pointerdown", function (event) {
                handle.setPointerCapture(event.pointerId);
                event.preventDefault();
                handle.focus();
            });
            handle.addEventListener("pointermove", function (event) {
                if (!handle.hasPointerCapture(event.pointerId)) { return; }
                var frame = map.getContainer().getBoundingClientRect();
                move((event.clientX - frame.left) / frame.width);
            });
            handle.addEventListener("keydown", function (event) {
                var step = { ArrowLeft: -0.02, ArrowRight: 0.02, Home: -1, End: 1 }[event.key];
                if (!step) { return; }
                move(part + step);
                event.preventDefault();
                event.stopPropagation();
            });
            map.on("move zoomend viewreset resize", clip);
            map.whenReady(clip);
            // The line starts in the middle of the districts, which cards may have moved.
            map.once("moveend", function () {
                var bounds = L.geoJSON(geoplan.districts.map(function (shape) {
                    return { type: "Feature", properties: {}, geometry: shape };
                })).getBounds();
                move(map.latLngToContainerPoint(bounds.getCenter()).x / map.getSize().x);
            });
            clip();
        })({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, names: tuple[str, str], label: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Swipe"
        DataIsland("gp-swipe", {"names": [visible(name) for name in names], "label": label}).add_to(
            self
        )
