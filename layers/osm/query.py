"""Which things of an OSM file are wanted: queries by tag, and those settled for each layer."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from geoplan.core.errors import ParameterError
from geoplan.layers.readers.source import OsmTags

if TYPE_CHECKING:
    import osmium

Wanted: TypeAlias = Mapping[str, frozenset[str]]
"""Key -> values; none stand for any but ``no``. A thing with one of them is wanted."""

DEFAULT_TAGS: dict[str, OsmTags] = {
    "bus_stops": {"highway": ["bus_stop"]},
    "rail_stations": {"railway": ["station", "halt"]},
    "rail_entrances": {"railway": ["subway_entrance", "train_station_entrance"]},
    "parks": {"leisure": ["park"]},
    "park_entrances": {"barrier": ["gate", "entrance"], "entrance": True},
    "protected_areas": {
        "boundary": ["protected_area", "national_park"],
        "leisure": ["nature_reserve"],
    },
    "residential_land": {"landuse": ["residential"]},
    "buildings": {"building": True},
    "schools": {"amenity": ["school"]},
    "kindergartens": {"amenity": ["kindergarten"]},
    "hospitals": {"amenity": ["hospital"]},
    "clinics": {"amenity": ["clinic", "doctors"]},
    "pharmacies": {"amenity": ["pharmacy"]},
    "markets": {"amenity": ["marketplace"], "shop": ["supermarket", "greengrocer"]},
    "toilets": {"amenity": ["toilets"]},
    "libraries": {"amenity": ["library"]},
    "playgrounds": {"leisure": ["playground"]},
    "sports": {"leisure": ["sports_centre", "pitch", "fitness_station"]},
}
"""Tags by which a layer of this name is found in an OSM file, unless the plan names others."""


def default_tags(layer_name: str) -> OsmTags:
    """
    Give the tags by which a layer is found in an OSM file.

    Parameters
    ----------
    layer_name : str
        Its name in the plan.

    Returns
    -------
    mapping
        From `DEFAULT_TAGS`.

    Raises
    ------
    ParameterError
        If there is none for that name.
    """
    if layer_name in DEFAULT_TAGS:
        return DEFAULT_TAGS[layer_name]
    raise ParameterError(
        f"{layer_name} comes from an OSM file, but which tags it has there is not settled. Name "
        'them, e.g. tags = {amenity = ["school"]}; tags are settled for '
        f"{', '.join(DEFAULT_TAGS)}."
    )


def feature_table() -> str:
    """Write `DEFAULT_TAGS` as a table in Markdown, for the documents."""
    rows = [
        f"| `{name}` | {query_text(wanted_tags(tags, subject=name)).replace('|', ' or ')} |"
        for name, tags in DEFAULT_TAGS.items()
    ]
    return "\n".join(("| layer | tags |", "|---|---|", *rows))


def wanted_tags(tags: OsmTags, *, subject: str) -> Wanted:
    """
    Bring a query into one form.

    Parameters
    ----------
    tags : mapping
        Key -> value, values, or True for any.
    subject : str
        The layer, for messages.

    Returns
    -------
    mapping of str to frozenset of str
        Key -> values, none for any.

    Raises
    ------
    ParameterError
        If `tags` is empty or holds something else than text.
    """
    if not tags:
        raise ParameterError(f"{subject}: `tags` is empty; name at least one, e.g. leisure=park.")
    wanted = {}
    for key, value in tags.items():
        values: tuple[object, ...] = (value,)
        if isinstance(value, Sequence) and not isinstance(value, str):
            values = tuple(value)
        if values != (True,) and not all(isinstance(one, str) for one in values):
            raise ParameterError(
                f"{subject}: tags[{key!r}] is {value!r}; wanted a value, a list of values, or True."
            )
        wanted[key] = frozenset() if values == (True,) else frozenset(map(str, values))
    return wanted


def query_text(wanted: Wanted) -> str:
    """Write a query in short, for messages."""
    return ", ".join(f"{key}={'|'.join(sorted(values)) or '*'}" for key, values in wanted.items())


def osm_filter(wanted: Wanted) -> "osmium.BaseHandler":
    """Make the reader's own filter, which lets through all that is wanted and maybe more."""
    import osmium

    if all(wanted.values()):
        pairs = ((key, value) for key, values in wanted.items() for value in values)
        return osmium.filter.TagFilter(*pairs)
    return osmium.filter.KeyFilter(*wanted)


def matched_keys(value: Callable[[str], str | None], wanted: Wanted) -> list[str]:
    """Give the keys by which a thing is wanted, its tags being looked up by a function."""
    found = []
    for key, values in wanted.items():
        said = value(key)
        if said is not None and (said in values if values else said != "no"):
            found.append(key)
    return found
