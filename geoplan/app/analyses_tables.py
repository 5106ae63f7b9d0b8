"""Analyses of numbers that need no geometry of their own: statistics by district, inventories."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from geoplan.app.analysis import FACILITIES, Analysis
from geoplan.app.plan_tables import LAYER, IndicatorTable, Text
from geoplan.core.written_units import unit_factor

_UNIT = "a unit as tables write it, as text, e.g. '%', '万立方米', 'ug/m3'"


class StatedUnitTable(IndicatorTable):
    """What an indicator may hold whose numbers stand in a column, in a unit the plan states."""

    @field_validator("unit", "per_unit", check_fields=False)
    @classmethod
    def _is_known(cls, unit: str | None) -> str | None:
        if unit is not None and unit_factor(unit) is None:
            raise ValueError(
                f"is {unit!r}, which is not a unit that is known here; write for example '%', "
                "'万立方米', 'ug/m3', '吨/万元', or 'number' for an index."
            )
        return unit

    def unit_of(self, of: str) -> str | None:
        """Give the base unit of the column's numbers."""
        unit = getattr(self, "unit", None)
        known = unit_factor(unit) if unit is not None and of in ("value", "amount", "") else None
        return known[1] if known else None


class DistrictTable(StatedUnitTable):
    """An indicator with ``analysis = "district_table"``."""

    value: Text = Field(description="the column of the districts with the number, as text")
    unit: Text = Field(description=_UNIT)
    combine: Literal["sum", "mean", "none"] = Field(description='"sum", "mean" or "none"')
    weight: Text | None = Field(
        None, description='the column to weight a mean with, as text, or "area"'
    )
    whole: float | None = Field(None, description="the number of the whole, as a table states it")

    @model_validator(mode="after")
    def _whole_is_made_once(self) -> "DistrictTable":
        if (self.combine == "mean") != (self.weight is not None):
            raise ValueError(
                'wants weight with combine = "mean" and only there: the column to weight with '
                '(trips, households), or "area".'
            )
        if self.whole is not None and self.combine != "none":
            raise ValueError(f'has whole beside combine = "{self.combine}"; leave one out.')
        return self


class InventoryTable(StatedUnitTable):
    """An indicator with ``analysis = "object_inventory"``."""

    objects: Text = Field(description=LAYER)
    by: Text | None = Field(None, description="the column that tells the parts apart, as text")
    value: Text | None = Field(None, description="the column with an amount to add up, as text")
    unit: Text | None = Field(None, description=_UNIT)

    @model_validator(mode="after")
    def _amount_has_a_unit(self) -> "InventoryTable":
        if (self.value is None) != (self.unit is None):
            raise ValueError("wants value and unit together: the column to add up, and its unit.")
        return self


TABLES: tuple[Analysis, ...] = (
    Analysis("district_table", DistrictTable, {}),
    Analysis(
        "object_inventory",
        InventoryTable,
        {"objects": (*FACILITIES, "red_lines")},
        unit="count",
        whole_part="total",
        measures={"count": "count", "area": "m2", "amount": "count"},
    ),
)
"""The analyses of tables."""
