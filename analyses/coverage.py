"""Coverage: the share of land, people or things within a distance of facilities."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.catchment import Catchment, make_catchment
from geoplan.analyses.demand import DemandPieces, demand_pieces, served_amount
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.results import Measure, Result, make_measure

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def coverage(  # noqa: PLR0913 (the definition of the number)
    facilities: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    distance_m: float,
    of: Sequence[str],
    demand: "Mapping[str, GeoDataFrame] | None" = None,
    distance: str = "straight",
) -> Result:
    """Measure the share of each district near a facility."""
    if distance != "straight":
        raise ParameterError(f"`distance` is {distance!r}; this version measures 'straight'.")
    require_metric_crs(districts=districts, facilities=facilities)
    catchment = make_catchment(facilities, distance_m, tuple(districts.total_bounds))
    pieces = [demand_pieces(name, districts, demand) for name in of]
    return Result(
        analysis="coverage",
        measures=tuple(_measure(piece, districts, catchment) for piece in pieces),
        districts=districts,
        layers={"facilities": facilities},
        definition={"distance_m": distance_m, "distance": distance, "of": list(of)},
        notices=tuple(notice for piece in pieces for notice in piece.notices),
    )


def _measure(pieces: DemandPieces, districts: "GeoDataFrame", catchment: Catchment) -> Measure:
    n = len(districts)
    return make_measure(
        districts,
        np.bincount(pieces.district, served_amount(pieces, catchment), n),
        np.bincount(pieces.district, pieces.amount, n),
        of=pieces.of,
        numerator_unit=pieces.unit_name,
        denominator_unit=pieces.unit_name,
    )
