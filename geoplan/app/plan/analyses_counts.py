"""Analyses of lengths, radii and counts, as a plan names them."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from geoplan.app.plan.analyses_tables import StatedUnitTable
from geoplan.app.plan.analysis import AREAS, DISTRICTS, FACILITIES, Analysis
from geoplan.app.plan.tables import LAYER, METRES, OF, IndicatorTable, Positive, Text, Texts
from geoplan.core.written_units import unit_factor

_LINES = ("lines", "facilities")
_ANY = (*FACILITIES, "lines", "red_lines", DISTRICTS)
_UNITS = {"population": "person", "jobs": "job", "population+jobs": "person+job"}
_COLUMN = "the name of a column, as text"
_UNIT = "a unit as tables write it, as text, e.g. '亿元', 'ug/m3', 'number'"
_DATE = "a year or date as text, e.g. '2021' or '2021-06-30'"

NotBelow0 = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Quantile = Annotated[float, Field(gt=0, lt=1)]


class LengthTable(IndicatorTable):
    """An indicator with ``analysis = "length_and_density"``."""

    lines: Text = Field(description=LAYER)
    sides: Literal["as_drawn", "centre", "both"] = Field(
        description='"as_drawn", "centre" or "both"'
    )
    per: Texts | None = Field(None, description=OF)
    merge_m: Positive | None = Field(None, description=METRES)
    previous: Text | None = Field(None, description=LAYER)
    tolerance_m: Positive | None = Field(None, description=METRES)
    opened_from: Text | None = Field(None, description=_DATE)
    opened_to: Text | None = Field(None, description=_DATE)

    @model_validator(mode="after")
    def _conventions_fit(self) -> "LengthTable":
        if (self.sides == "centre") != (self.merge_m is not None) and self.sides != "both":
            raise ValueError(
                'wants merge_m with sides = "centre": how far apart the carriageways of one road '
                "are drawn, in metres."
            )
        if (self.previous is None) != (self.tolerance_m is None):
            raise ValueError("wants previous and tolerance_m together.")
        return self

    def unit_of(self, of: str) -> str | None:
        """Give metres of line per what the plan divides by."""
        return f"m/{_UNITS.get(of, 'm2')}" if of in (self.per or ()) else None


class RadiusTable(IndicatorTable):
    """An indicator with ``analysis = "service_radius"``."""

    facilities: Text = Field(description=LAYER)
    of: Texts = Field(description=OF)
    quantiles: list[Quantile] | None = Field(None, description="a list of shares, e.g. [0.5, 0.9]")
    by_place: bool | None = Field(None, description="true or false")

    @property
    def known_parts(self) -> tuple[str, ...]:
        """Every formula: of areas the first two, and what distances give."""
        shares = self.quantiles or (0.5, 0.9)
        return ("circle", "hexagon", "mean", *(f"p{100 * share:g}" for share in shares), "farthest")


class ProvisionTable(IndicatorTable):
    """An indicator with ``analysis = "provision"``."""

    facilities: Text = Field(description=LAYER)
    units: Text | None = Field(None, description=LAYER)
    per_unit: Annotated[int, Field(gt=0)] | None = Field(None, description="a whole number above 0")
    per_amount: Positive | None = Field(None, description="a number above 0, e.g. 1000")
    amount: Text | None = Field(None, description=_COLUMN)
    rule: Literal["larger", "smaller"] | None = Field(None, description='"larger" or "smaller"')

    @model_validator(mode="after")
    def _has_a_rule(self) -> "ProvisionTable":
        if self.per_unit is None and self.per_amount is None:
            raise ValueError('wants per_unit = 1, or per_amount = 1000 with amount = "households".')
        return self


class AttributeTable(IndicatorTable):
    """An indicator with ``analysis = "attribute_share"``."""

    objects: Text = Field(description=LAYER)
    column: Text = Field(description=_COLUMN)
    by: Texts = Field(description='"count", "area", "length" or a column, as text or a list')
    values: Texts | None = Field(None, description="the values that count, as a list")
    classes: Texts | None = Field(None, description="every class, from the best to the worst")
    at_least: Text | float | None = Field(None, description="a class of classes, or a number")
    at_most: Text | float | None = Field(None, description="a number, or the column of the limits")
    unknown: Literal["fails", "left_out"] | None = Field(None, description='"fails" or "left_out"')


class MeanTable(StatedUnitTable):
    """An indicator with ``analysis = "weighted_mean"``."""

    objects: Text = Field(description=LAYER)
    column: Text = Field(description=_COLUMN)
    by: Text = Field(description='"area", "length", "count" or a column, as text')
    unit: Text = Field(description=_UNIT)
    lookup: dict[str, float] | None = Field(
        None, description="a number per class, e.g. { roof = 0.9, green = 0.15 }"
    )
    unknown: Literal["left_out"] | None = Field(None, description='"left_out"')

    def unit_of(self, of: str) -> str | None:  # noqa: ARG002 (one unit for all)
        """Give the base unit of the values."""
        known = unit_factor(self.unit)
        return None if known is None else known[1]


class IntensityTable(StatedUnitTable):
    """An indicator with ``analysis = "intensity"``."""

    values: Text = Field(description=LAYER)
    column: Text = Field(description=_COLUMN)
    unit: Text = Field(description=_UNIT)
    per: Texts | None = Field(None, description=OF)
    per_column: Text | None = Field(None, description=_COLUMN)
    per_unit: Text | None = Field(None, description=_UNIT)

    def unit_of(self, of: str) -> str | None:
        """Give the base unit of the amount, or of the ratio."""
        over, under = unit_factor(self.unit), unit_factor(self.per_unit or "")
        if over is None or of in ("", "amount"):
            return None if over is None else over[1]
        if of == self.per_column:
            return None if under is None else f"{over[1]}/{under[1]}"
        return f"{over[1]}/{_UNITS.get(of, 'm2')}"


COUNTS: tuple[Analysis, ...] = (
    Analysis(
        "length_and_density",
        LengthTable,
        {"lines": _LINES, "previous": _LINES},
        unit="m",
        whole_part="total",
        measures={"length": "m"},
    ),
    Analysis("service_radius", RadiusTable, {"facilities": FACILITIES}, unit="m", direction="down"),
    Analysis(
        "provision",
        ProvisionTable,
        {"facilities": FACILITIES, "units": AREAS},
        whole="districts",
        measures={"units": "1", **dict.fromkeys(("count", "required", "deficit"), "count")},
    ),
    Analysis("attribute_share", AttributeTable, {"objects": _ANY}),
    Analysis("weighted_mean", MeanTable, {"objects": _ANY}, unit="number"),
    Analysis("intensity", IntensityTable, {"values": _ANY}, measures={"amount": "number"}),
)
"""The analyses of lengths, radii and counts."""
