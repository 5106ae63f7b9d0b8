"""Measures of a change of land cover, from the areas of what was one thing and is another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.open_ground import NO_DATA, amount_bounds
from geoplan.core.differences import rounding_of, settled
from geoplan.core.results import Bounds, Measure, make_amount, make_measure

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class _Open:
    """
    What ground that is unknown at one date, or both, could add to each class.

    Parameters
    ----------
    became : array of float, n × (k + 1) × (k + 1)
        Areas of before × after; the last place of either is the unknown.
    """

    def __init__(self, became: "Floats") -> None:
        self.was, self.is_now = became[:, :-1, -1], became[:, -1, :-1]
        self.neither = became[:, -1, -1]

    def gain(self, k: int) -> "Floats":
        """Was another class and may be this, is this and may have been another, or unseen."""
        was = np.delete(self.was, k, axis=1).sum(axis=1)
        return np.asarray(was + self.is_now[:, k] + self.neither)

    def loss(self, k: int) -> "Floats":
        """Was this and may be another, is another and may have been this, or unseen."""
        is_now = np.delete(self.is_now, k, axis=1).sum(axis=1)
        return np.asarray(self.was[:, k] + is_now + self.neither)

    def before(self, k: int) -> "Floats":
        return np.asarray(self.was[:, k] + self.is_now.sum(axis=1) + self.neither)

    def after(self, k: int) -> "Floats":
        return np.asarray(self.is_now[:, k] + self.was.sum(axis=1) + self.neither)

    def kept(self, k: int) -> "Floats":
        return self.was[:, k] + self.is_now[:, k] + self.neither

    def transition(self, i: int, j: int) -> "Floats":
        return self.was[:, i] + self.is_now[:, j] + self.neither


def change_measures(
    districts: "GeoDataFrame", names: Sequence[str], became: "Floats", whole: "Floats"
) -> list[Measure]:
    """
    Build the measures of a change.

    Parameters
    ----------
    districts : GeoDataFrame, n rows
        With ``district_id`` and ``name``.
    names : sequence of str, k
        Classes compared.
    became : array of float, n × (k + 1) × (k + 1)
        Area of what was one class and is another, per district; the last place of either is what is
        unknown at that date.
    whole : array of float, (k + 1) × (k + 1)
        The same of the whole.

    Returns
    -------
    list of Measure
        Of each class that occurs: net, gain, loss, before, after, kept; then the transitions.
    """
    opened = [_Open(became), _Open(whole[None])]
    known = [became[:, :-1, :-1], whole[None, :-1, :-1]]
    measures = []
    for k, name in enumerate(names):
        if known[1][:, k].any() or known[1][:, :, k].any():
            measures += _of_class(districts, name, k, known, opened)
    total = known[1][0]
    size = range(len(names))
    changed = [(i, j) for i in size for j in size if i != j and total[i, j] > 0]
    for i, j in sorted(changed, key=lambda pair: -total[pair]):
        found = [one[:, i, j] for one in known]
        most = [one + rest.transition(i, j) for one, rest in zip(found, opened, strict=True)]
        part = f"{names[i]} > {names[j]}"
        measures.append(_amount(districts, "transition", part, found, found, most))
    return measures


def _of_class(
    districts: "GeoDataFrame",
    name: str,
    k: int,
    known: "list[Floats]",
    opened: list[_Open],
) -> list[Measure]:
    was = [one[:, k].sum(axis=1) for one in known]
    is_now = [one[:, :, k].sum(axis=1) for one in known]
    kept = [one[:, k, k] for one in known]
    noise_m2 = rounding_of(*was, *is_now)
    gain = [settled(b - c, noise_m2) for b, c in zip(is_now, kept, strict=True)]
    loss = [settled(a - c, noise_m2) for a, c in zip(was, kept, strict=True)]
    net = [settled(b - a, noise_m2) for a, b in zip(was, is_now, strict=True)]

    def plus(found: "list[Floats]", more: "list[Floats]") -> "list[Floats]":
        return [a + b for a, b in zip(found, more, strict=True)]

    gained, lost = [one.gain(k) for one in opened], [one.loss(k) for one in opened]
    least = [a - b for a, b in zip(net, lost, strict=True)]
    return [
        _amount(districts, "net", name, net, least, plus(net, gained), noise_m2),
        _amount(districts, "gain", name, gain, gain, plus(gain, gained), noise_m2),
        _amount(districts, "loss", name, loss, loss, plus(loss, lost), noise_m2),
        _amount(districts, "before", name, was, was, plus(was, [o.before(k) for o in opened])),
        _amount(
            districts, "after", name, is_now, is_now, plus(is_now, [o.after(k) for o in opened])
        ),
        _kept(districts, name, kept, was, lost, [one.kept(k) for one in opened]),
    ]


def _amount(
    districts: "GeoDataFrame",
    of: str,
    part: str,
    found: "list[Floats]",
    least: "list[Floats]",
    most: "list[Floats]",
    tolerance: float | None = None,
) -> Measure:
    return make_amount(
        districts,
        found[0],
        of=of,
        part=part,
        unit="m2",
        total=float(found[1][0]),
        bounds=amount_bounds((least[0], float(least[1][0])), (most[0], float(most[1][0]))),
        tolerance=tolerance,
    )


def _kept(
    districts: "GeoDataFrame",
    name: str,
    kept: "list[Floats]",
    was: "list[Floats]",
    lost: "list[Floats]",
    more: "list[Floats]",
) -> Measure:
    low = [_share(a, b + c) for a, b, c in zip(kept, was, lost, strict=True)]
    high = [_share(a + c, b + c) for a, b, c in zip(kept, was, more, strict=True)]
    # Where only lost ground, or only kept ground, may have been of the class, both ends are one.
    low, high = _where_known(low, high), _where_known(high, low)
    return make_measure(
        districts,
        kept[0],
        was[0],
        of="kept",
        part=name,
        totals=(float(kept[1][0]), float(was[1][0])),
        bounds=Bounds(low[0], high[0], float(low[1][0]), float(high[1][0]), NO_DATA),
    )


def _share(over: "Floats", under: "Floats") -> "Floats":
    none = np.full(len(under), np.nan)
    return np.asarray(np.divide(over, under, out=none, where=under > 0), dtype=float)


def _where_known(ends: "list[Floats]", others: "list[Floats]") -> "list[Floats]":
    return [np.where(np.isnan(a), b, a) for a, b in zip(ends, others, strict=True)]
