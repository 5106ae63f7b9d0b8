"""Which OSM ways people walk and cycle on: the rules as a table, read in order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from collections import Counter

Mode: TypeAlias = Literal["walk", "cycle"]
Signature: TypeAlias = tuple[str | None, ...]

ANY = "*"
"""In a rule: every value but ``no``."""


@dataclass(frozen=True)
class TagRule:
    """
    One row of the table: the first row that matches a way and says something for a mode decides.

    Parameters
    ----------
    key : str
        Key of the tag.
    values : tuple of str
        Its values; `ANY` stands for every value but ``no``.
    walk, cycle : bool or None
        Whether people walk, cycle there; None: the row says nothing of that mode.
    meaning : str
        Why, in one line.
    closed : bool
        Whether it only says that the public may not enter: not heeded where closed ways are kept.
    """

    key: str
    values: tuple[str, ...]
    walk: bool | None
    cycle: bool | None
    meaning: str
    closed: bool = False

    def matches(self, value: str | None) -> bool:
        """Tell whether a value of the rule's key is one that it speaks of."""
        if value is None or (value == "no" and "no" not in self.values):
            return False
        return ANY in self.values or value in self.values


_ALLOWED = ("yes", "designated", "permissive", "official", "destination", "permit", "customers")
_REFUSED = ("no", "private", "use_sidepath", "military", "agricultural", "forestry", "emergency")
_FORBIDDEN = tuple(value for value in _REFUSED if value != "private")
_NOT_THERE = (
    "abandoned", "construction", "demolished", "disused", "no", "planned", "proposed", "razed",
)  # fmt: skip
_NOT_A_STREET = (
    "bus_guideway", "bus_stop", "busway", "elevator", "emergency_bay", "escape", "platform",
    "raceway", "rest_area", "services",
)  # fmt: skip
_ROADS = (
    "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link",
    "unclassified", "residential", "living_street", "service", "road",
)  # fmt: skip

RULES: tuple[TagRule, ...] = (
    TagRule("highway", _NOT_THERE, False, False, "not built, or gone"),
    TagRule("highway", _NOT_A_STREET, False, False, "not a way from one place to another"),
    TagRule("highway", ("corridor",), False, False, "inside a building"),
    TagRule("indoor", (ANY,), False, False, "inside a building, open for some hours"),
    TagRule("conveying", (ANY,), False, False, "an escalator or moving walk; steps lie beside it"),
    TagRule("foot", _ALLOWED, True, None, "walking is allowed, whatever else stands there"),
    TagRule("foot", ("private",), False, None, "closed to the public", closed=True),
    TagRule("foot", _FORBIDDEN, False, None, "walking is not allowed, or has its own way beside"),
    TagRule("bicycle", _ALLOWED, None, True, "cycling is allowed, whatever else stands there"),
    TagRule("bicycle", ("private",), None, False, "closed to the public", closed=True),
    TagRule(
        "bicycle", (*_FORBIDDEN, "dismount"), None, False, "cycling is not allowed, or is walking"
    ),
    TagRule("motorroad", ("yes",), False, False, "for motor vehicles only"),
    TagRule("vehicle", _REFUSED, None, False, "no vehicles, and a bicycle is one"),
    TagRule("access", _REFUSED, False, False, "closed to the public", closed=True),
    TagRule("service", ("private",), False, False, "closed to the public", closed=True),
    TagRule("highway", ("motorway", "motorway_link"), False, False, "motor vehicles only"),
    TagRule(
        "highway", ("footway", "pedestrian"), True, False, "for people on foot, sidewalks included"
    ),
    TagRule("highway", ("steps",), True, False, "stairs; slower by stairs_factor if one is given"),
    TagRule("highway", ("bridleway",), True, False, "for riders, open to people on foot"),
    TagRule("highway", ("path", "track", "cycleway"), True, True, "paths open to both"),
    TagRule("highway", ("trunk", "trunk_link"), True, True, "main roads that are no motorway"),
    TagRule("highway", _ROADS, True, True, "streets"),
)
"""The rules, in order. A way that no row matches is left out."""

EFFECTS: tuple[tuple[str, str], ...] = (
    (
        "`sidewalk = separate`",
        "no effect: where sidewalks are drawn in part, dropping the street would cut the network",
    ),
    ("`footway`, `path` or `cycleway` `= crossing`", "costs `crossing_penalty_m`, if one is given"),
    ("`highway = steps`", "costs its length × `stairs_factor`, if one is given"),
    (
        "`area = yes`; `type = multipolygon`",
        "a square is walked along its edge: the outline is the way, shared vertices are the doors",
    ),
    (
        "`bridge`, `tunnel`",
        "the slope runs straight from end to end; no entrance of a park that it only passes",
    ),
    (
        "`barrier` node with `foot` or `access` refused, or `locked = yes`",
        "the way is cut there, for walking (`foot`) or cycling (`bicycle`)",
    ),
    ("`oneway:foot`", "walking: one direction"),
    (
        "`oneway`, `junction = roundabout`, `circular`",
        "cycling: one direction, unless `oneway:bicycle = no` or a `cycleway` is `opposite…`",
    ),
    ("`route = ferry`", "not walked: it has no `highway`"),
)
"""What further tags do to a way that is kept, for the documents."""

_CYCLEWAYS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
_STRUCTURES = ("bridge", "tunnel")
_CROSSING_KEYS = ("footway", "path", "cycleway")

_DIRECTIONS: Mapping[Mode, tuple[str, ...]] = {
    "walk": ("oneway:foot",),
    "cycle": ("oneway:bicycle", "oneway", "junction", *_CYCLEWAYS),
}


def _keys(mode: Mode) -> tuple[str, ...]:
    rules = [rule.key for rule in RULES if getattr(rule, mode) is not None]
    return tuple(
        dict.fromkeys(("highway", *rules, *_CROSSING_KEYS, *_STRUCTURES, *_DIRECTIONS[mode]))
    )


KEYS: Mapping[Mode, tuple[str, ...]] = {"walk": _keys("walk"), "cycle": _keys("cycle")}
"""Every key that decides something for a mode, in the order of a signature."""


@dataclass(frozen=True)
class WayKind:
    """
    What the tags of a way say to one mode.

    Parameters
    ----------
    allowed : bool
        Whether the way belongs to the network.
    reason : str
        The tag that decided, e.g. ``access=private``.
    name : str
        Value of ``highway``.
    direction : int
        0 both ways, 1 from the first vertex to the last only, -1 the other way only.
    stairs, crossing, structure : bool
        Whether it is stairs, a street crossing, a bridge or tunnel.
    closed : bool
        Whether it is closed to the public, and kept all the same.
    """

    allowed: bool
    reason: str
    name: str = ""
    direction: int = 0
    stairs: bool = False
    crossing: bool = False
    structure: bool = False
    closed: bool = False


def way_kind(tags: Mapping[str, str], *, mode: Mode) -> WayKind:
    """
    Say what the tags of a way mean for walking or cycling.

    Parameters
    ----------
    tags : mapping of str to str
        Tags of the way.
    mode : {"walk", "cycle"}
        Who wants to use it.

    Returns
    -------
    WayKind
        Whether it is kept, and how.

    Examples
    --------
    >>> way_kind({"highway": "primary", "foot": "use_sidepath"}, mode="walk").reason
    'foot=use_sidepath'
    >>> way_kind({"highway": "motorway", "foot": "designated"}, mode="walk").allowed
    True
    """
    return kind_of_signature(tuple(tags.get(key) for key in KEYS[mode]), mode)


@cache
def kind_of_signature(signature: Signature, mode: Mode, *, keep_closed: bool = False) -> WayKind:
    """
    Say the same of values in the order of ``KEYS[mode]``; a city has a few thousand different ones.

    Parameters
    ----------
    signature : tuple of str or None
        Value of each key of ``KEYS[mode]``.
    mode : {"walk", "cycle"}
        Who wants to use it.
    keep_closed : bool
        Whether to keep ways that are only closed to the public.

    Returns
    -------
    WayKind
        Whether it is kept, and how.
    """
    tags = {
        key: value for key, value in zip(KEYS[mode], signature, strict=True) if value is not None
    }
    allowed, reason = _verdict(tags, mode)
    closed = keep_closed and not allowed
    if closed:
        allowed, reason = _verdict(tags, mode, keep_closed=True)
    if not allowed:
        return WayKind(allowed=False, reason=reason)
    return WayKind(
        allowed=True,
        reason=reason,
        name=tags["highway"],
        direction=_direction(tags, mode),
        stairs=tags["highway"] == "steps",
        crossing=any(tags.get(key) == "crossing" for key in _CROSSING_KEYS),
        structure=any(tags.get(key, "no") != "no" for key in _STRUCTURES),
        closed=closed,
    )


def closes_way(tags: Mapping[str, str], *, mode: Mode) -> bool:
    """
    Tell whether a barrier on a way stops people.

    Parameters
    ----------
    tags : mapping of str to str
        Tags of a node.
    mode : {"walk", "cycle"}
        Who wants to pass.

    Returns
    -------
    bool
        True for a barrier at which ``foot`` (``bicycle``), else ``access``, else ``locked``
        refuses them. A gate that says nothing is open.

    Examples
    --------
    >>> closes_way({"barrier": "gate", "access": "private"}, mode="walk")
    True
    >>> closes_way({"barrier": "gate", "access": "private", "foot": "yes"}, mode="walk")
    False
    """
    return barrier_closes(tags.get, mode=mode)


def barrier_closes(value: Callable[[str], str | None], *, mode: Mode) -> bool:
    """Tell the same of tags that are looked up by a function."""
    if value("barrier") in (None, "no"):
        return False
    for key in ("foot" if mode == "walk" else "bicycle", "access"):
        said = value(key)
        if said in _ALLOWED:
            return False
        if said in _REFUSED:
            return True
    return value("locked") == "yes"


def tag_table() -> str:
    """Write `RULES` and `EFFECTS` as two tables in Markdown, for the documents."""
    said = {True: "yes", False: "no", None: ""}
    rows = [
        f"| `{rule.key}` = {_values(rule)} | {said[rule.walk]} | {said[rule.cycle]} "
        f"| {rule.meaning} |"
        for rule in RULES
    ]
    effects = [f"| {tag} | {effect} |" for tag, effect in EFFECTS]
    return "\n".join(
        (
            "| tag | walk | cycle | why |",
            "|---|---|---|---|",
            *rows,
            "| anything else, or no `highway` | no | no | not known to be a way |",
            "",
            "| further tag | effect |",
            "|---|---|",
            *effects,
        )
    )


def _values(rule: TagRule) -> str:
    values = ["anything but `no`" if value == ANY else f"`{value}`" for value in rule.values]
    return ", ".join(values)


def refused_notice(refused: "Counter[str]", total: int, subject: str) -> Notice:
    """Say how many ways were left out, and the commonest reasons."""
    reasons = ", ".join(f"{reason} ({n:,})" for reason, n in refused.most_common(5))
    return Notice("ways_not_walked", subject, refused.total(), total, {"reasons": reasons})


def closed_notice(count: int, total: int, subject: str) -> tuple[Notice, ...]:
    """Say how many ways are walked on although they are closed to the public."""
    return (Notice("closed_ways_kept", subject, count, total),) if count else ()


def _verdict(tags: Mapping[str, str], mode: Mode, *, keep_closed: bool = False) -> tuple[bool, str]:
    if "highway" not in tags:
        return False, "no highway"
    for rule in RULES:
        if rule.closed and keep_closed:
            continue
        verdict = getattr(rule, mode)
        if verdict is not None and rule.matches(tags.get(rule.key)):
            return verdict, f"{rule.key}={tags[rule.key]}"
    return False, f"highway={tags['highway']}"


def _direction(tags: Mapping[str, str], mode: Mode) -> int:
    own = tags.get("oneway:foot" if mode == "walk" else "oneway:bicycle")
    if own is not None or mode == "walk":
        return _oneway(own)
    if any(tags.get(key, "").startswith("opposite") for key in _CYCLEWAYS):
        return 0
    if "oneway" in tags:
        return _oneway(tags["oneway"])
    return int(tags.get("junction") in ("roundabout", "circular"))


def _oneway(value: str | None) -> int:
    if value in ("yes", "true", "True", "1"):  # True: as Python's programs write it
        return 1
    return -1 if value in ("-1", "reverse") else 0
