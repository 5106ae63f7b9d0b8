"""Parts of a map: what is switched on together, and the lines of the legend for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import folium
from folium.plugins import GroupedLayerControl

from geoplan.maps.page.boxes import LegendBlock, LegendEntry
from geoplan.maps.page.folium_layers import group
from geoplan.maps.page.labels import KeepLabelsApart
from geoplan.maps.page.safe import safe
from geoplan.maps.page.words import capital, say

Role = Literal["theme", "layer"]


@dataclass(frozen=True)
class Part:
    """
    One switchable part of a map.

    Parameters
    ----------
    group : folium.FeatureGroup
        Its layers.
    role : {"theme", "layer"}
        A theme excludes the other themes; a layer is switched by itself.
    blocks : tuple of LegendBlock
        Legend of its own, shown while it is on.
    entries : tuple of LegendEntry
        Lines in the common block “for reference”.
    notes : tuple of str
        Small print of that block.
    heading : str
        Of the group of layers in the control; empty: the common one.
    """

    group: folium.FeatureGroup
    role: Role
    blocks: tuple[LegendBlock, ...] = ()
    entries: tuple[LegendEntry, ...] = ()
    notes: tuple[str, ...] = ()
    heading: str = ""


def add_parts(
    map_: folium.Map, parts: Sequence[Part], context: Sequence[Part], lang: str
) -> tuple[LegendBlock, ...]:
    """
    Put parts on a map, with the control that switches them.

    Parameters
    ----------
    map_ : folium.Map
        Changed in place: gets the layers, the control and the keeper of the labels.
    parts : sequence of Part
        What the map is about, from the bottom up; the first theme is on at first.
    context : sequence of Part
        Layers for reference, from the bottom up; listed after the parts, first those that are on.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    tuple of LegendBlock
        The legend: of the themes, then of the layers for reference.
    """
    themes = [part for part in parts if part.role == "theme"]
    on = [part for part in context if part.group.show]
    off = [part for part in context if not part.group.show]
    layers = [*(part for part in parts if part.role == "layer"), *on, *off]
    for part in (*context, *parts):
        part.group.add_to(map_)
    switch = group(say("control.labels", lang), [])
    switch.add_to(map_)
    KeepLabelsApart(switch).add_to(map_)
    if len(themes) > 1:
        _add_control(map_, say("control.theme", lang), [part.group for part in themes], radio=True)
    for heading in dict.fromkeys(part.heading for part in layers if part.heading):
        under = [part.group for part in layers if part.heading == heading]
        _add_control(map_, heading, under, radio=False)
    checked = [switch, *(part.group for part in layers if not part.heading)]
    _add_control(map_, say("control.layers", lang), checked, radio=False)
    own = tuple(block for part in parts for block in part.blocks)
    return (*own, *_reference(layers, lang))


def _add_control(
    map_: folium.Map, title: str, groups: list[folium.FeatureGroup], *, radio: bool
) -> None:
    seen: set[str] = set()
    for each in groups:
        # The control keeps layers by name, and scripts put names that are numbers first.
        name = f"{each.layer_name}\u00a0" if each.layer_name.isdigit() else each.layer_name
        while name in seen:
            name += "\u00a0"
        seen.add(name)
        each.layer_name = name
    control = GroupedLayerControl(  # type: ignore[no-untyped-call]
        {safe(title): groups}, exclusive_groups=radio, collapsed=False
    )
    control.add_to(map_)


def _reference(layers: Sequence[Part], lang: str) -> tuple[LegendBlock, ...]:
    listed = [part for part in layers if part.entries]
    notes = (*(note for part in listed for note in part.notes), say("legend.labels", lang))
    border = LegendEntry("#5b6670", capital(say("legend.border", lang)), symbol="dashed")
    entries = (
        *(replace(entry, layer=part.group.get_name()) for part in listed for entry in part.entries),
        border,
    )
    separator = "；" if lang == "zh" else "; "
    return (
        LegendBlock(say("legend.reference", lang), entries, note=capital(separator.join(notes))),
    )
