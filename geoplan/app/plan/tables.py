"""The tables of a plan file: their keys, types and what is wanted where something else came."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from geoplan.core.columns import LAND_LAYERS, SPECS

_LATER = ("gtfs", "postgis")

WALK_NETWORK = "walk_network"
"""The kind of layer that is a network of streets and paths."""

LAND_COVER = "land_cover"
"""The kind of layer that has a legend: a raster of classes, or polygons with codes."""

SURFACE = "surface"
"""The kind of layer that is a raster of something measured."""

RASTER_KINDS = (LAND_COVER, SURFACE)
"""Kinds of layer that are no rows of geometry."""

KINDS: tuple[str, ...] = (
    *SPECS,
    *(name for name in LAND_LAYERS if name not in SPECS),
    WALK_NETWORK,
    *RASTER_KINDS,
)
"""Every kind a layer can be; `[layers.NAME]` of one of these names has that kind."""


def _as_list(value: Any) -> Any:  # noqa: ANN401 (whatever TOML holds)
    return [value] if isinstance(value, str) else value


def _as_date_text(value: Any) -> Any:  # noqa: ANN401
    return value.isoformat() if isinstance(value, date) else value


Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[list[Text], BeforeValidator(_as_list), Field(min_length=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

Force = Literal["binding", "expected", "strive"]
"""How a document means a target: 约束性, 预期性, 力争."""

METRES = "metres, a number above 0"
LAYER = "the name of a layer of the plan, as text"
OF = 'what it is a share of: "land", "population", "population+jobs", "built_up", a layer, …'


class Table(BaseModel):
    """A table of a plan file: unknown keys are errors, and so are values of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PlanHead(Table):
    """The table ``[plan]``."""

    name: Text | None = Field(None, description="a name for the plan, as text")
    crs: Text | None = Field(None, description="the study CRS as text, e.g. 'EPSG:4547'")
    areas: Literal["ellipsoid", "plane"] = Field("ellipsoid", description='"ellipsoid" or "plane"')
    lang: Literal["en", "zh"] = Field("en", description='"en" or "zh"')
    out: Text | None = Field(None, description="a folder for the outputs, as text")
    template: Text | None = Field(
        None, description="the office's own .docx for the Word report, as text"
    )
    margin_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        None, description="metres, a number not below 0"
    )
    max_memory_mb: Positive | None = Field(None, description="megabytes, a number above 0")


class MapsTable(Table):
    """The table ``[maps]``."""

    basemap: Text | None = Field(
        None, description="tiles to lay under the maps as text, e.g. 'gaode' or 'tianditu'"
    )
    key: Text | None = Field(None, description="your own key of the basemap's service, as text")


class LayerTable(Table):
    """One table ``[layers.NAME]``."""

    path: Texts = Field(description="a file as text, or a list of files")
    tags: dict[str, str | list[str] | bool] = Field(
        default_factory=dict,
        description="what to look for in an OSM file, e.g. { amenity = ['school'] }",
    )
    mode: Literal["walk", "cycle"] | None = Field(None, description='"walk" or "cycle"')
    stairs_factor: Annotated[float, Field(ge=1, allow_inf_nan=False)] | None = Field(
        None, description="metres of flat walking per metre of stairs, a number not below 1"
    )
    crossing_penalty_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        None, description="metres of flat walking per street crossing, a number not below 0"
    )
    elevation: Text | None = Field(None, description="a raster of heights in metres, as text")
    min_island_m: Positive | None = Field(None, description=METRES)
    keep_closed_ways: bool | None = Field(None, description="true or false")
    classes: Text | dict[str, Any] | None = Field(
        None,
        description="a legend: 'worldcover', 'corine', …, a table as text, or a table of values",
    )
    thresholds: dict[str, float | int] = Field(
        default_factory=dict, description="classes by their lowest value, e.g. { trees = 5 }"
    )
    outside: Literal["report", "nearest"] | None = Field(None, description='"report" or "nearest"')
    outside_limit_m: Positive | None = Field(None, description=METRES)
    spread_over: Text | None = Field(None, description=LAYER)
    spread_by: Texts | dict[str, float | int] | None = Field(
        None, description="columns as a list of texts, or the weights of classes"
    )
    layer: Text | Annotated[list[Text], Field(min_length=1)] | None = Field(
        None, description='the layer or sheet in the file as text, a list of them, or "*" for all'
    )
    where: Text | None = Field(None, description="rows to keep, as the text of an SQL WHERE")
    encoding: Text | None = Field(None, description="an encoding as text, e.g. 'gbk'")
    crs: Text | dict[str, Any] | None = Field(
        None,
        description="'EPSG:…', 'CGCS2000', 'GCJ-02', 'BD-09', PROJ or WKT as text, "
        "or a table with a coordinate fit",
    )
    x: Text | None = Field(None, description="the column with x or longitude, as text")
    y: Text | None = Field(None, description="the column with y or latitude, as text")
    id: Text | None = Field(None, description="the column with the key, as text")
    name: Text | None = Field(None, description="the column with the name, as text")
    value: Text | None = Field(None, description="the column with the amount, as text")
    unit: Literal["count", "per_km2"] | None = Field(None, description='"count" or "per_km2"')
    nodata: float | Literal["none"] | None = Field(
        None, description="a number, or 'none' if every number of the raster is a value"
    )
    scale: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        None, description="a number by which the raster's are multiplied"
    )
    offset: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        None, description="a number that is added to the raster's, after the scale"
    )
    columns: dict[str, Text] = Field(
        default_factory=dict, description="columns in the file by their names in geoplan, as text"
    )
    units: dict[str, Text] = Field(
        default_factory=dict,
        description="units of columns by their names in geoplan, e.g. { population = '万人' }",
    )
    as_of: Annotated[str | None, BeforeValidator(_as_date_text)] = Field(
        None, description="the date of the content, as text or a date"
    )
    source: Text | None = Field(None, description="whom to credit, as text")
    join: Text | None = Field(None, description="a table of statistics to join, a file as text")
    join_on: Text | None = Field(
        None, description="the column of that table with the keys, as text"
    )
    join_layer: Text | None = Field(None, description="the sheet of that table, as text")
    extent: Text | None = Field(
        None, description="a layer of polygons: the ground that the source covers; or 'all'"
    )
    within_units: Literal["even"] | None = Field(None, description='"even"')
    closed_lines: Literal["areas"] | None = Field(None, description='"areas"')
    kind: Text | None = Field(None, description=f"one of {', '.join(KINDS)}")

    @model_validator(mode="before")
    @classmethod
    def _osm_is_a_path(cls, table: Any) -> Any:  # noqa: ANN401
        if not isinstance(table, dict):
            return table
        named = [key for key in ("path", "osm", "overpass") if key in table]
        if len(named) > 1:
            raise ValueError(f"has both {' and '.join(named)}; a layer comes from one of them.")
        if named == ["overpass"]:
            place = table["overpass"]
            if not isinstance(place, str) or not place.strip():
                raise ValueError(
                    f"overpass is {place!r}; wanted a place as text, e.g. 'Nanshan, Shenzhen', or "
                    "'districts' for the area of the plan."
                )
            table = {**table, "overpass": f"overpass:{place}"}
        return {"path" if key in named else key: value for key, value in table.items()}

    @model_validator(mode="after")
    def _joins_by_a_key(self) -> "LayerTable":
        if (self.join is None) != (self.join_on is None):
            raise ValueError("wants join and join_on together: the table, and its column of keys.")
        if self.join_layer is not None and self.join is None:
            raise ValueError("has join_layer without join: the sheet of which table?")
        return self

    @model_validator(mode="before")
    @classmethod
    def _later_sources(cls, table: Any) -> Any:  # noqa: ANN401
        for key in _LATER:
            if key in table:
                raise ValueError(
                    f'has the source "{key}", which comes in a later version. '
                    "Give a file as path = '…' for now."
                )
        return table


class IndicatorTable(Table):
    """What every table ``[indicators.ID]`` may hold."""

    analysis: Text | None = Field(None, description="the name of an analysis, as text")
    title: Text | None = Field(None, description="a title, as text")
    source: Text | None = Field(None, description="document, row or page, as text")
    target: Text | None = Field(None, description="a target as text, e.g. '> 95 %'")
    target_of: Text | None = Field(
        None, description='which of the "of" the target speaks of, as text'
    )
    target_part: Text | None = Field(
        None, description="which part (a park tier, 'all', a category) it speaks of, as text"
    )
    target_parent: Text | None = Field(None, description=f"{LAYER}: the area above, as districts")
    target_year: int | None = Field(None, description="the year of the target, e.g. 2025")
    target_force: Force | None = Field(None, description='"binding", "expected" or "strive"')
    better: Literal["up", "down"] | None = Field(
        None, description='"up" or "down": which way is better, for a target that says "reaches"'
    )
    document: Text | None = Field(
        None, description="a document of the catalogue to take the target from, as text"
    )
    exclude: Annotated[list[Text], BeforeValidator(_as_list)] | None = Field(
        None, description="ids or names of districts to leave out, as text or a list; [] for none"
    )
    earlier: Annotated[dict[str, Text], Field(min_length=1)] | None = Field(
        None,
        description="layers of an earlier date by those they stand for, "
        "e.g. earlier = { bus_stops = 'bus_stops_2015' }",
    )

    @property
    def known_parts(self) -> tuple[str, ...]:
        """Parts of the result that are known before the layers are."""
        return ()

    @property
    def outside_m(self) -> float:
        """How far outside the districts a thing can still count, metres in a straight line."""
        return 0.0

    def unit_of(self, of: str) -> str | None:  # noqa: ARG002 (some tables state one unit per `of`)
        """Give the unit that the plan itself states for a measure; None where it does not."""
        return None
