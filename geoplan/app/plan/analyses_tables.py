"""Analyses of numbers that need no geometry of their own: statistics by district, inventories."""

from pydantic import field_validator

from geoplan.app.plan.tables import IndicatorTable
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
