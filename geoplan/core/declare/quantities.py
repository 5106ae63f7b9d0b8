"""Types of parameters: what a value is, in which unit, and what a plan file may hold for it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from geoplan.core.written_units import unit_factor


def _as_list(value: Any) -> Any:  # noqa: ANN401 (whatever TOML holds)
    return [value] if isinstance(value, str) else value


def _number(
    wanted: str,
    *,
    gt: float | None = None,
    ge: float | None = None,
    le: float | None = None,
) -> Any:  # noqa: ANN401 (what Field returns)
    return Field(allow_inf_nan=False, description=wanted, gt=gt, ge=ge, le=le)


Text = Annotated[str, Field(min_length=1)]

Metres = Annotated[float, _number("metres, a number above 0", gt=0)]
"""A distance, width or radius."""

MetresFrom0 = Annotated[float, _number("metres, a number not below 0", ge=0)]
"""A distance that may be 0."""

Minutes = Annotated[float, _number("minutes, a number above 0", gt=0)]

SpeedKmh = Annotated[float, _number("km/h, a number above 0", gt=0)]

SquareMetres = Annotated[float, _number("square metres, a number above 0", gt=0)]

SquareMetresFrom0 = Annotated[float, _number("square metres, a number not below 0", ge=0)]

Overlap = Annotated[float, _number("square metres, or metres of lines, a number not below 0", ge=0)]
"""How much of an object has to lie inside: m² of areas, m of lines."""

Share = Annotated[float, _number("a share from 0 to 1", ge=0, le=1)]

Factor = Annotated[float, _number("a number not below 1", ge=1)]

Count = Annotated[int, Field(gt=0, description="a whole number above 0")]

Number = Annotated[float, _number("a number")]

Column = Annotated[Text, Field(description="the name of a column, as text")]
"""A column of the layer that the analysis is of."""


def _known_unit(unit: str) -> str:
    if unit_factor(unit) is None:
        raise ValueError(
            f"is {unit!r}, which is not a unit that is known here; write for example '%', "
            "'万立方米', 'ug/m3', '吨/万元', or 'number' for an index."
        )
    return unit


Unit = Annotated[
    Text,
    AfterValidator(_known_unit),
    Field(description="a unit as tables write it, as text, e.g. '%', '万立方米', 'ug/m3'"),
]
"""A unit as planning documents write it: `geoplan.core.written_units`."""

Day = Annotated[Text, Field(description="a year or date as text, e.g. '2021' or '2021-06-30'")]

Layer = Annotated[Text, Field(description="the name of a layer of the plan, as text")]
"""In a plan the name of a layer; a kernel gets the layer itself."""

Denominators = Annotated[
    Sequence[Text],
    BeforeValidator(_as_list),
    Field(
        min_length=1,
        description='what it is a share of: "land", "population", "population+jobs", "built_up", '
        "a layer, …",
    ),
]
"""What a share is a share of, or a sum is divided by."""

Values = Annotated[
    Sequence[Text],
    BeforeValidator(_as_list),
    Field(min_length=1, description="one value as text, or a list of them"),
]
"""Values of a column."""

Columns = Annotated[
    str | Sequence[Text],
    BeforeValidator(_as_list),
    Field(min_length=1, description="the name of a column as text, or a list of them"),
]

NumberByClass = Annotated[
    Mapping[str, float],
    Field(min_length=1, description="a number per class, e.g. { roof = 0.9, green = 0.15 }"),
]

Layers = Annotated[
    Mapping[str, Text],
    Field(
        min_length=1, description="a layer per kind, e.g. { clinic = 'clinics', hall = 'halls' }"
    ),
]
"""In a plan a layer's name for each member; a kernel gets the layers themselves."""
