"""The table of statistics that a layer of a plan is joined with."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.app.plan.plan_file import Plan

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.app.plan.tables import LayerTable
    from geoplan.layers.readers.source import LayerSource


def split_joined(
    plan: Plan, table: "LayerTable", source: "LayerSource"
) -> "tuple[LayerSource, Mapping[str, str]]":
    """
    Tell which of the columns that a layer names stand in its joined table.

    Parameters
    ----------
    plan : Plan
        The plan.
    table : LayerTable
        Of the layer.
    source : LayerSource
        The file of the layer, with all the columns named.

    Returns
    -------
    tuple of LayerSource and mapping
        The source with the columns of its own, and the others.

    Raises
    ------
    SourceError
        If the joined table cannot be read.
    """
    if table.join is None:
        return source, {}
    from geoplan.layers.readers.join_table import table_columns

    there = table_columns(str(plan.resolve(table.join)), sheet=table.join_layer or "")
    own = (table.id, table.name)
    joined = {
        name: column
        for name, column in source.columns.items()
        if column in there and column not in own
    }
    columns = {name: column for name, column in source.columns.items() if name not in joined}
    units = {name: unit for name, unit in source.units.items() if name not in joined}
    return replace(source, columns=columns, units=units), joined


def with_join(
    plan: Plan, table: "LayerTable", layer: "GeoDataFrame", columns: Mapping[str, str]
) -> "GeoDataFrame":
    """
    Join the table that a layer names, if it names one.

    Parameters
    ----------
    plan : Plan
        The plan.
    table : LayerTable
        Of the layer.
    layer : GeoDataFrame
        As loaded.
    columns : mapping of str to str
        The columns of the joined table that have a name of their own in the layer.

    Returns
    -------
    GeoDataFrame
        The layer with the joined columns.

    Raises
    ------
    GeoplanError
        As `geoplan.layers.join_table` raises it.
    """
    if table.join is None or table.join_on is None:
        return layer
    from geoplan.layers import join_table

    return join_table(
        layer,
        str(plan.resolve(table.join)),
        on=table.join_on,
        columns=columns,
        units={name: unit for name, unit in table.units.items() if name in columns},
        sheet=table.join_layer or "",
    )
