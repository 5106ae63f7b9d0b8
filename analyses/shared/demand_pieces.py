"""Demand cut along districts: pieces of land, people and things."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from geoplan.analyses.exact.elements import Bools, Floats, Geometries, Ints
from geoplan.core.notices import Notice

Kind = Literal["area", "weight", "count"]


@dataclass(frozen=True)
class DemandPieces:
    """
    A denominator cut along the districts.

    Parameters
    ----------
    of : str
        What it is: ``land``, ``population``, a layer's name, …
    kind : {"area", "weight", "count"}
        Square metres of land, weights such as people, or things.
    unit_name : str
        ``"m2"``, ``"person"``, ``"job"``, ``"person+job"`` or ``"count"``.
    district : array of int, n
        Position of the district of each piece.
    unit : array of int, n
        Position of its row in the demand layer: for ``land`` in the districts, for
        ``population+jobs`` in the two layers one after the other, for any other area of a part of
        the layer after it was dissolved.
    geometry : array of Polygon, MultiPolygon or Point, n
        The piece.
    amount : array of float, n
        What it holds, in `unit_name`.
    notices : tuple of Notice
        What was left out, and what lies outside every district.
    unit_m2 : array of float, n; or None
        Area of the whole unit that each piece is of, where its amount is spread over it and nobody
        states that it is spread evenly; else 0. None where that is everywhere.
    whole : array of Polygon, MultiPolygon or Point, n; or None
        The whole unit that each piece is of: who walks, walks from one place of it, wherever
        districts cut it. None where no unit is cut.
    """

    of: str
    kind: Kind
    unit_name: str
    district: Ints
    unit: Ints
    geometry: Geometries
    amount: Floats
    notices: tuple[Notice, ...] = ()
    unit_m2: Floats | None = None
    whole: Geometries | None = None

    def least(self, *amounts: Floats) -> Floats:
        """
        Give the least of several amounts, unit by unit: of each piece the one its unit has.

        The least of every piece would depend on how districts cut the units.
        """
        sums = np.stack([np.bincount(self.unit, one) for one in amounts])
        which = np.argmin(sums, axis=0)[self.unit]
        return np.asarray(np.stack(amounts)[which, np.arange(len(which))])

    def coarser_than(self, reach_m: float) -> Bools | None:
        """Tell which units have an equivalent diameter above a reach; None where none could."""
        if self.unit_m2 is None:
            return None
        return np.asarray(self.unit_m2 > np.pi * (reach_m / 2) ** 2)
