"""Two results of one measure, earlier and later: what change and comparison maps share."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.shared.differences import difference
from geoplan.core import numbers
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.maps.page.boxes import Cell, TableCard
from geoplan.maps.page.finished_map import pick
from geoplan.maps.page.simplify import dissolved
from geoplan.maps.page.target_words import Goal
from geoplan.maps.page.words import bound_of, capital, measure_name, say

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.shared.differences import Values
    from geoplan.core.results import Measure, Result
    from geoplan.maps.page.ground import Ground

# What a result reached or measured, the first that it has.
GROUND = ("served_all", "served", "areas")
_MINUS = "\u2212"


@dataclass(frozen=True)
class Pair:
    """
    The same measure of the same districts, twice.

    Parameters
    ----------
    before, after : Result
        The results.
    measures : tuple of Measure
        The measure of each.
    names : tuple of str
        What the two are called: years, “today” and “plan”, plain text.
    goal : Goal
        Target of the later one.
    lang : {"en", "zh"}
        Language of the map.
    """

    before: "Result"
    after: "Result"
    measures: "tuple[Measure, Measure]"
    names: tuple[str, str]
    goal: Goal
    lang: str

    @property
    def change(self) -> "NDArray[np.float64]":
        """Later less earlier value of every district; 0 within rounding, NaN where unknown."""
        return np.asarray(self._difference.value[:-1])

    @property
    def whole_change(self) -> float:
        """Later less earlier value of the whole; 0 within rounding."""
        return float(self._difference.value[-1])

    @cached_property
    def _difference(self) -> "Values":
        return difference(self.before, self.after, *self.measures)

    def texts(self, number: int) -> list[str]:
        """Write the values of the districts, and of the whole at the end."""
        measure = self.measures[number]
        bound = bound_of(self.goal.text, measure.unit)
        values = [*measure.districts["value"].tolist(), measure.value]
        return [numbers.value_text(value, measure.unit, self.lang, bound=bound) for value in values]

    def change_texts(self) -> list[str]:
        """Write the changes of the districts, and of the whole at the end, with their sign."""
        unit, lang = self.measures[0].unit, self.lang
        return [signed(value, unit, lang) for value in [*self.change.tolist(), self.whole_change]]


def signed(value: float, unit: str, lang: str) -> str:
    """
    Write a change with its sign; that of a share in percentage points.

    Examples
    --------
    >>> signed(0.042, "1", "en"), signed(-3.5, "m2/person", "en")
    ('+4.2 points', '−3.5 m²/person')
    """
    if not np.isfinite(value):
        return "–"
    if unit == "1":
        sign = "+" if value > 0 else _MINUS if value < 0 else "±"
        points = abs(value) * 100
        # A change is never "0.0": it has as many digits as it needs, up to three.
        decimals = next((d for d in (1, 2) if round(points, d)), 3) if points else 1
        return say("change.points", lang, points=sign + numbers.number(points, decimals))
    sign = "+" if value > 0 else _MINUS if value < 0 else "±"
    return sign + numbers.value_text(abs(value), unit, lang)


def make_pair(
    before: "Result",
    after: "Result",
    *,
    of: str | None,
    part: str | None,
    names: tuple[str, str] | None,
    goal: Goal,
    lang: str,
) -> Pair:
    """
    Bind two results, and refuse what cannot be compared.

    Raises
    ------
    ParameterError
        If they are of other analyses, districts or units, or lack the measure.
    CRSError
        If they are in other CRS.
    """
    if before.analysis != after.analysis:
        raise ParameterError(
            f"`before` is of {before.analysis!r}, `after` of {after.analysis!r}; a comparison "
            "needs two results of one analysis."
        )
    require_metric_crs(before=before.districts, after=after.districts)
    earlier = pick(before, of, part)
    later = pick(after, earlier.of, earlier.part)
    ids = [measure.districts["district_id"].tolist() for measure in (earlier, later)]
    if ids[0] != ids[1]:
        raise ParameterError(
            "`before` and `after` are of other districts; measure both dates in the same "
            "districts, in the same order."
        )
    if earlier.unit != later.unit:
        raise ParameterError(
            f"`before` is in {earlier.unit!r}, `after` in {later.unit!r}; a change needs one unit."
        )
    called = names or (say("change.before", lang), say("change.after", lang))
    return Pair(before, after, (earlier, later), called, goal, lang)


def ground_layer(result: "Result") -> "GeoDataFrame | None":
    """Give what a result reached or measured, as polygons; None where it holds none."""
    for kind in GROUND:
        layer = result.layers.get(kind)
        if layer is None or layer.empty:
            continue
        if (shapely.get_dimensions(layer.geometry.to_numpy()) == 2).any():
            return dissolved(layer)
    return None


def pair_table(pair: Pair, ground: "Ground") -> TableCard:
    """
    Set the districts out with both values and the change, the largest loss first.

    Parameters
    ----------
    pair : Pair
        What to show.
    ground : Ground
        Gives the place to which a row leads.

    Returns
    -------
    TableCard
        The whole stands last.
    """
    lang, table = pair.lang, pair.measures[0].districts
    change = [*pair.change.tolist(), pair.whole_change]
    order = np.argsort(np.nan_to_num(pair.change, nan=np.inf), kind="stable").tolist()
    names = [*table["name"], say("table.whole", lang)]
    earlier, later, moved = pair.texts(0), pair.texts(1), pair.change_texts()
    rows = tuple(
        (
            names[row],
            earlier[row],
            later[row],
            Cell(moved[row], "" if abs(change[row]) > 0 else "muted"),
        )
        for row in (*order, -1)
    )
    return TableCard(
        say("change.table", lang, name=measure_name(pair.measures[0], lang)),
        (capital(say("table.district", lang)), *pair.names, say("change.change", lang)),
        rows,
        note=capital(say("change.order", lang)),
        bounds=(*(ground.row_bounds[row] for row in order), ground.bounds),
        districts=(*order, None),
    )


def pair_subtitle(pair: Pair) -> str:
    """Say the value of the whole at both times, and the change."""
    return say(
        "change.headline",
        pair.lang,
        name=measure_name(pair.measures[0], pair.lang),
        first=pair.names[0],
        second=pair.names[1],
        before=pair.texts(0)[-1],
        after=pair.texts(1)[-1],
        change=pair.change_texts()[-1],
    )
