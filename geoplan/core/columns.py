"""Canonical layers: the columns a loader gives, in one place for checks, documents and headers."""

from dataclasses import dataclass
from typing import Literal

Family = Literal["point", "polygon", "point or polygon", "line", "any"]


@dataclass(frozen=True)
class Column:
    """
    One column of a canonical layer.

    Parameters
    ----------
    name : str
        Its name after loading, with the unit in it.
    dtype : {"str", "float64"}
        What it holds.
    unit : str
        Unit, or empty.
    meaning : str
        One line for documents and headers.
    required : bool
        Whether the source must supply it. ``False``: given when the source has it.
    """

    name: str
    dtype: Literal["str", "float64"]
    unit: str
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class LayerSpec:
    """
    One canonical layer.

    Parameters
    ----------
    kind : str
        Its name.
    family : str
        Geometry after loading.
    key : str
        The identifying column; made from the row number when the source names none.
    columns : tuple of Column
        Every canonical column, the key first.
    """

    kind: str
    family: Family
    key: str
    columns: tuple[Column, ...]


def _key(name: str, thing: str) -> Column:
    return Column(name, "str", "", f"key of the {thing}, unique")


_NAME = Column("name", "str", "", "name to show")
_AREA = Column("area_m2", "float64", "m²", "area in the study CRS")

SPECS: dict[str, LayerSpec] = {
    spec.kind: spec
    for spec in (
        LayerSpec(
            "districts",
            "polygon",
            "district_id",
            (
                _key("district_id", "district"),
                _NAME,
                Column("level", "str", "", "level in the hierarchy, e.g. 街道"),
                Column("parent_id", "str", "", "key of the district one level up"),
                Column("population", "float64", "person", "residents"),
                Column("jobs", "float64", "job", "jobs"),
                Column("gdp", "float64", "CNY", "gross domestic product"),
            ),
        ),
        LayerSpec(
            "parks",
            "polygon",
            "park_id",
            (
                _key("park_id", "park"),
                _NAME,
                Column("tier", "str", "", "tier of the park: community, city, nature, …"),
                _AREA,
            ),
        ),
        LayerSpec(
            "red_lines",
            "polygon",
            "line_id",
            (
                _key("line_id", "red line"),
                _NAME,
                Column("category", "str", "", "category of the line"),
                _AREA,
            ),
        ),
        LayerSpec(
            "lines",
            "line",
            "line_id",
            (
                _key("line_id", "line"),
                _NAME,
                Column("class", "str", "", "class of the line, e.g. arterial"),
                Column("opened", "str", "", "opening date or year"),
            ),
        ),
        LayerSpec("bus_stops", "point", "stop_id", (_key("stop_id", "stop"), _NAME)),
        LayerSpec(
            "rail_stations",
            "point",
            "station_id",
            (
                _key("station_id", "station"),
                _NAME,
                Column("line", "str", "", "line or lines served"),
                Column("opened", "str", "", "opening date or year"),
            ),
        ),
        LayerSpec(
            "facilities",
            "any",
            "facility_id",
            (
                _key("facility_id", "facility"),
                _NAME,
                Column("weight", "float64", "", "size or capacity, as the plan says"),
            ),
        ),
        LayerSpec(
            "population",
            "point or polygon",
            "unit_id",
            (
                _key("unit_id", "population unit"),
                Column("population", "float64", "person", "residents", required=True),
            ),
        ),
        LayerSpec(
            "jobs",
            "point or polygon",
            "unit_id",
            (
                _key("unit_id", "job unit"),
                Column("jobs", "float64", "job", "jobs", required=True),
            ),
        ),
        LayerSpec(
            "land",
            "polygon",
            "land_id",
            (
                _key("land_id", "parcel"),
                _NAME,
                Column("class_code", "str", "", "land-use class, e.g. G1 of CJJ/T 85"),
                _AREA,
            ),
        ),
    )
}
"""Every canonical layer by kind."""

LAND_LAYERS = ("built_up", "construction_land", "residential_land", "land_use")
"""Plan layers that `load_land` reads."""
