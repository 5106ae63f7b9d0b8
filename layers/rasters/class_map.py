"""Legends of land cover: which value is which class, and which groups a class belongs to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoplan.core.errors import ParameterError

Integers = npt.NDArray[np.int16]

NO_DATA = -1
"""Position of a cell without data."""

BELOW = "below"
"""Class of a measured surface under its lowest threshold."""

_FOLDER = Path(__file__).parent / "legends"
_GROUPS = "groups"
_LANGS = ("en", "zh")
# What a class of this name, made by a threshold, is as well.
_IMPLIED = {
    "forest": ("trees", "vegetation"),
    "grassland": ("vegetation",),
    "orchard": ("vegetation",),
    "shrubland": ("vegetation",),
    "trees": ("vegetation",),
    "urban_green": ("vegetation",),
    "impervious": ("built_up",),
    "sea": ("water",),
}


@dataclass(frozen=True)
class LandClass:
    """
    One class of a legend.

    Parameters
    ----------
    key : str
        Its name in plans and results, e.g. ``tree_cover``.
    codes : tuple of str
        Values that mean it, as they are written: ``("23", "311")``.
    names : mapping of str to str
        What to call it, by language.
    groups : tuple of str
        Groups that it belongs to, e.g. ``("forest", "trees", "vegetation")``.
    """

    key: str
    codes: tuple[str, ...]
    names: Mapping[str, str]
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassMap:
    """
    A legend: from the values of a raster, or the codes of parcels, to classes and groups.

    Parameters
    ----------
    name : str
        Name of the preset, or of the file it came from.
    classes : tuple of LandClass
        In order; their positions are what `positions` gives.
    title : mapping of str to str
        What the legend is of, by language.
    source : str
        Where it is laid down.
    nodata : tuple of str
        Values that stand for no data, beside the raster's own.
    caveats : mapping of str to mapping of str to str
        Group -> what a reader must know of it in this legend, by language.
    edges : tuple of float
        Thresholds of a measured surface, ascending: class 0 lies below the first, class k from
        edge k - 1 (that value included) up to edge k. Empty: the values are codes.

    Examples
    --------
    >>> cover = preset_classes("worldcover")
    >>> cover.positions(np.array([10, 80, 0, 77])).tolist(), len(cover.classes)
    ([0, 7, -1, 11], 11)
    >>> cover.keys_of(["trees", "shrubland"])
    ('tree_cover', 'shrubland', 'mangroves')
    """

    name: str
    classes: tuple[LandClass, ...]
    title: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    nodata: tuple[str, ...] = ()
    caveats: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    edges: tuple[float, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the classes, in order."""
        return tuple(one.key for one in self.classes)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups that have a class, in the order of the classes."""
        return tuple(dict.fromkeys(group for one in self.classes for group in one.groups))

    def keys_of(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """
        Give the classes that some groups, or classes by their own keys, stand for.

        Parameters
        ----------
        wanted : iterable of str
            Groups, keys of classes, or codes.

        Returns
        -------
        tuple of str
            Keys of classes, each once, in the order of the legend.

        Raises
        ------
        ParameterError
            If a name is none of them; the nearest is named.
        """
        wanted = [wanted] if isinstance(wanted, str) else list(wanted)
        found: set[str] = set()
        for name in wanted:
            keys = {one.key for one in self.classes if name in (one.key, *one.groups, *one.codes)}
            if not keys:
                raise ParameterError(self._unknown(name))
            found |= keys
        return tuple(key for key in self.keys if key in found)

    def positions(self, values: npt.NDArray[np.generic]) -> Integers:
        """
        Find the class of each value.

        Parameters
        ----------
        values : numpy.ndarray
            Numbers of a raster, or codes of parcels as text.

        Returns
        -------
        numpy.ndarray of int16
            Position in `classes`; -1 for no data, ``len(classes)`` for a value that the legend
            does not know.
        """
        if self.edges:
            return self._measured(np.asarray(values, dtype=float))
        if values.dtype.kind not in "biuf":
            return self._coded(values)
        return self._numbered(values)

    def _measured(self, values: npt.NDArray[np.float64]) -> Integers:
        found = np.digitize(values, self.edges).astype(np.int16)
        found[~np.isfinite(values)] = NO_DATA
        return found

    def _numbered(self, values: npt.NDArray[np.generic]) -> Integers:
        codes, places = self._numbers
        if values.dtype.kind in "bu" and values.dtype.itemsize == 1:
            table = self._positions_of(np.arange(256.0), codes, places)
            return table[values.astype(np.uint8)]
        return self._positions_of(values.astype(np.float64), codes, places)

    def _positions_of(
        self, values: npt.NDArray[np.float64], codes: npt.NDArray[np.float64], places: Integers
    ) -> Integers:
        at = np.minimum(np.searchsorted(codes, values), len(codes) - 1)
        known = codes[at] == values
        found = np.where(known, places[at], len(self.classes)).astype(np.int16)
        found[np.isnan(values)] = NO_DATA
        return found

    def _coded(self, values: npt.NDArray[np.generic]) -> Integers:
        """Look text up once per different code."""
        texts = np.array([_plain(value) for value in values.ravel().tolist()], dtype=object)
        different, where = np.unique(texts.astype(str), return_inverse=True)
        found = [self._texts.get(text, len(self.classes)) for text in different.tolist()]
        return np.asarray(found, dtype=np.int16)[where].reshape(values.shape)

    @cached_property
    def _texts(self) -> dict[str, int]:
        known = dict.fromkeys(("", *self.nodata), NO_DATA)
        return known | {code: place for place, one in enumerate(self.classes) for code in one.codes}

    @cached_property
    def _numbers(self) -> tuple[npt.NDArray[np.float64], Integers]:
        # A raster cannot hold 0301K, and its 301 is 0301; no data wins where both are 0.
        numbers = {
            float(code): place
            for place, one in enumerate(self.classes)
            for code in one.codes
            if _is_number(code)
        }
        numbers |= {float(code): NO_DATA for code in self.nodata}
        if not numbers:
            return np.array([np.inf]), np.array([len(self.classes)], dtype=np.int16)
        codes = sorted(numbers)
        return np.array(codes), np.array([numbers[code] for code in codes], dtype=np.int16)

    def _unknown(self, name: str) -> str:
        known = [*self.groups, *self.keys]
        near = get_close_matches(name, known, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return (
            f"{name!r} is neither a group nor a class of the legend {self.name!r}. Its groups: "
            f"{', '.join(self.groups)}; its classes: {', '.join(self.keys)}.{hint}"
        )


def presets() -> tuple[str, ...]:
    """Name the legends that come with geoplan."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml") if path.stem != _GROUPS))


@cache
def preset_classes(name: str) -> ClassMap:
    """
    Give a legend that comes with geoplan.

    Parameters
    ----------
    name : str
        ``worldcover`` (ESA), ``corine`` (raster codes 1 to 44 and CLC codes 111 to 523),
        ``globeland30``, ``china_land_survey`` (三调 and GB/T 21010-2017) or ``modis_igbp``.

    Returns
    -------
    ClassMap
        Its classes, groups, source and caveats.

    Raises
    ------
    ParameterError
        If there is no such legend.
    """
    if name not in presets():
        near = get_close_matches(name, presets(), 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ParameterError(
            f"`classes` is {name!r}; geoplan has the legends {', '.join(presets())}.{hint} A "
            "legend of your own is a table with the columns value, class, groups."
        )
    table = _toml(name)
    return ClassMap(
        name=name,
        classes=tuple(_land_class(key, row) for key, row in table["classes"].items()),
        title=table["title"],
        source=table["source"],
        nodata=tuple(table["nodata"].split()),
        caveats=table.get("caveats", {}),
    )


@cache
def main_groups() -> tuple[str, ...]:
    """Name the groups of which every class of a legend is in exactly one."""
    return tuple(_toml(_GROUPS)["main"])


@cache
def further_groups() -> tuple[str, ...]:
    """Name the groups that a class may be in besides."""
    return tuple(_toml(_GROUPS)["further"])


@cache
def group_names(lang: str) -> dict[str, str]:
    """Say what each group means, in ``"en"`` or ``"zh"``."""
    table = _toml(_GROUPS)
    return {name: words[lang] for name, words in (table["main"] | table["further"]).items()}


def threshold_map(thresholds: Mapping[str, float]) -> ClassMap:
    """
    Make a legend of a measured surface: NDVI, canopy height, tree cover in percent.

    Parameters
    ----------
    thresholds : mapping of str to float
        Class -> the value from which on a cell is of it: ``{"shrubland": 1, "trees": 5}``. A name
        that is also a group (`main_groups`, `further_groups`) makes the class one of that group,
        and of what it implies (trees are vegetation).

    Returns
    -------
    ClassMap
        With the class ``below`` first.

    Raises
    ------
    ParameterError
        If there is no threshold, or one is no finite number, or two are the same.

    Examples
    --------
    >>> heights = threshold_map({"trees": 5, "shrubland": 1})
    >>> heights.keys, heights.positions(np.array([0.5, 1, 5, np.nan])).tolist()
    (('below', 'shrubland', 'trees'), [0, 1, 2, -1])
    """
    if not thresholds or not all(np.isfinite(value) for value in thresholds.values()):
        raise ParameterError(
            f"`thresholds` is {dict(thresholds)!r}; wanted a finite number for each class, e.g. "
            "{'vegetation': 0.3}."
        )
    ordered = sorted(thresholds.items(), key=lambda item: item[1])
    edges = tuple(float(value) for _, value in ordered)
    if len(set(edges)) < len(edges) or BELOW in thresholds:
        raise ParameterError(
            f"`thresholds` is {dict(thresholds)!r}; each class needs a threshold of its own, and "
            f"none may be called {BELOW!r}, which is what lies under all of them."
        )
    known = {*main_groups(), *further_groups()}
    lowest = LandClass(BELOW, (), {"en": f"below {edges[0]:g}", "zh": f"低于 {edges[0]:g}"})
    classes = [
        LandClass(
            key,
            (),
            {lang: f"{_group_word(key, lang)} (≥ {edge:g})" for lang in _LANGS},
            (key, *_IMPLIED.get(key, ())) if key in known else (),
        )
        for (key, _), edge in zip(ordered, edges, strict=True)
    ]
    words = ", ".join(f"{key} ≥ {edge:g}" for (key, _), edge in zip(ordered, edges, strict=True))
    return ClassMap("thresholds", (lowest, *classes), {"en": words, "zh": words}, edges=edges)


def _group_word(key: str, lang: str) -> str:
    return group_names(lang).get(key, key) if lang == "zh" else key.replace("_", " ")


def likely_presets(values: Sequence[float]) -> tuple[str, ...]:
    """
    Tell which legends know every value that a raster holds.

    Parameters
    ----------
    values : sequence of float
        Its different values, no data left out.

    Returns
    -------
    tuple of str
        Names of presets, the one with the fewest classes unused first; empty if none knows all.
    """
    different = np.asarray(values, dtype=float)
    fitting: list[tuple[int, str]] = []
    for name in presets():
        legend = preset_classes(name)
        found = legend.positions(different)
        classed = found[found >= 0]
        if len(classed) and (classed < len(legend.classes)).all():
            fitting.append((len(legend.classes) - len(np.unique(classed)), name))
    return tuple(name for _, name in sorted(fitting))


def _land_class(key: str, row: Mapping[str, str]) -> LandClass:
    codes, groups = row["codes"].split(), row["groups"].split()
    return LandClass(key, tuple(codes), {lang: row[lang] for lang in _LANGS}, tuple(groups))


def _toml(name: str) -> dict[str, Any]:
    import tomllib

    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _plain(value: object) -> str:
    """Write a code as the legends do; what is missing has none."""
    if value is None or value != value:  # noqa: PLR0124 (NaN)
        return ""
    text = str(value).strip().upper()
    return "" if text in ("NONE", "NAN", "<NA>") else text.removesuffix(".0")


def _is_number(code: str) -> bool:
    try:
        float(code)
    except ValueError:
        return False
    return True
