"""What a plan states of its sources: how far they reach, and how people lie within units."""

from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.app.plan.errors import nearest
from geoplan.app.plan.plan_file import Plan, layer_kind
from geoplan.app.plan.tables import RASTER_KINDS, WALK_NETWORK
from geoplan.core.errors import GeoplanError, PlanError
from geoplan.core.extent import Extent, attach_extent, spread_evenly, stated_extent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

    from geoplan.app.plan.tables import LayerTable
    from geoplan.layers.network.walk_network import WalkNetwork

_ALL = "all"
_PEOPLE = ("population", "jobs")


def check_extent_keys(plan: Plan, name: str, table: "LayerTable") -> None:
    """
    Check what a layer of a plan states, before any layer is opened.

    Raises
    ------
    PlanError
        If ``extent`` names no layer of polygons, or ``within_units`` stands where nobody lives.
    """
    where = f"{plan.path.name}: [layers.{name}]"
    kind = layer_kind(name, table)
    if table.within_units is not None and kind not in _PEOPLE:
        raise PlanError(
            f'{where} has within_units, but a layer of kind "{kind}" holds no people; '
            f"{' and '.join(_PEOPLE)} do. Leave it out."
        )
    if table.extent in (None, _ALL):
        return
    if table.extent not in plan.layers:
        raise PlanError(
            f'{where} extent names the layer "{table.extent}", which the plan lacks: add '
            f'[layers.{table.extent}], or write extent = "all" if the source holds everything '
            f"there is. {nearest(table.extent, [*plan.layers, _ALL])}"
        )
    other = layer_kind(table.extent, plan.layers[table.extent])
    if other in (*RASTER_KINDS, WALK_NETWORK):
        raise PlanError(
            f'{where} extent names the layer "{table.extent}", which is of kind "{other}"; wanted '
            "polygons: the ground that the source covers."
        )


def with_extents(
    plan: Plan,
    layers: "Mapping[str, GeoDataFrame]",
    networks: "Mapping[str, WalkNetwork]",
    crs: str,
) -> "tuple[dict[str, GeoDataFrame], dict[str, WalkNetwork]]":
    """
    Let layers and networks carry what the plan states of them.

    Parameters
    ----------
    plan : Plan
        The plan.
    layers : mapping of str to GeoDataFrame
        Its layers.
    networks : mapping of str to WalkNetwork
        Its networks.
    crs : str
        Study CRS.

    Returns
    -------
    layers, networks : dict
        The same, with extents, and people that are spread evenly marked so.

    Raises
    ------
    GeoplanError
        If a layer named as an extent holds no polygon.
    """
    carried, walked = dict(layers), dict(networks)
    for name, table in plan.layers.items():
        if name in carried and (table.within_units or table.spread_over):
            carried[name] = spread_evenly(carried[name])
        if table.extent is None:
            continue
        extent = _stated(plan, name, table.extent, layers, crs)
        if name in carried:
            carried[name] = attach_extent(carried[name], extent)
        if name in walked:
            walked[name] = replace(walked[name], extent=extent)
    return carried, walked


def _stated(
    plan: Plan, name: str, named: str, layers: "Mapping[str, GeoDataFrame]", crs: str
) -> Extent:
    try:
        return stated_extent(_ALL if named == _ALL else layers[named], crs=crs, layer=named)
    except GeoplanError as error:
        raise type(error)(f"{plan.path.name}: [layers.{name}] {error}") from error
