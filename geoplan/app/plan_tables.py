"""The tables of a plan file: their keys, types and what is wanted where something else came."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from geoplan.core.columns import LAND_LAYERS, SPECS

_LATER = ("gtfs", "postgis")

WALK_NETWORK = "walk_network"
"""The kind of layer that is a network of streets and paths."""

KINDS: tuple[str, ...] = (
    *SPECS,
    *(name for name in LAND_LAYERS if name not in SPECS),
    WALK_NETWORK,
)
"""Every kind a layer can be; `[layers.NAME]` of one of these names has that kind."""


def _as_list(value: Any) -> Any:  # noqa: ANN401 (whatever TOML holds)
    return [value] if isinstance(value, str) else value


def _as_date_text(value: Any) -> Any:  # noqa: ANN401
    return value.isoformat() if isinstance(value, date) else value


Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[list[Text], BeforeValidator(_as_list), Field(min_length=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
DistanceKind = Literal["straight", "network"]

_METRES = "metres, a number above 0"
_DISTANCE = 'distance = "straight", or distance = "network" for along the streets'
_LAYER = "the name of a layer of the plan, as text"
_OF = 'what it is a share of: "land", "population", "population+jobs", "built_up", a layer, …'


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PlanHead(_Table):
    """The table ``[plan]``."""

    name: Text | None = Field(None, description="a name for the plan, as text")
    crs: Text | None = Field(None, description="the study CRS as text, e.g. 'EPSG:4547'")
    lang: Literal["en", "zh"] = Field("en", description='"en" or "zh"')
    out: Text | None = Field(None, description="a folder for the outputs, as text")
    margin_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        None, description="metres, a number not below 0"
    )


class LayerTable(_Table):
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
    min_island_m: Positive | None = Field(None, description=_METRES)
    layer: Text | None = Field(None, description="the layer or sheet inside the file, as text")
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
    columns: dict[str, Text] = Field(
        default_factory=dict, description="columns in the file by their names in geoplan, as text"
    )
    as_of: Annotated[str | None, BeforeValidator(_as_date_text)] = Field(
        None, description="the date of the content, as text or a date"
    )
    source: Text | None = Field(None, description="whom to credit, as text")
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


class IndicatorTable(_Table):
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


class WalkTable(IndicatorTable):
    """What an indicator may hold whose distance can be along the streets."""

    of_the_walk: ClassVar[tuple[str, ...]] = (
        "network",
        "snap_limit_m",
        "land_width_m",
        "barriers",
        "entrances",
        "gates",
        "entrance_tolerance_m",
        "boundary_step_m",
    )
    """Keys that are of the walk and not of the analysis."""

    not_passed: ClassVar[tuple[str, ...]] = ("speed_kmh",)
    """Further keys that are not parameters of the analysis."""

    distance: DistanceKind = Field(description=_DISTANCE)
    network: Text | None = Field(None, description=_LAYER)
    snap_limit_m: Positive | None = Field(None, description=_METRES)
    land_width_m: Positive | None = Field(None, description=_METRES)
    barriers: Text | None = Field(None, description=_LAYER)
    entrances: Text | None = Field(None, description=_LAYER)
    gates: Text | None = Field(None, description=_LAYER)
    entrance_tolerance_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        None, description="metres, a number not below 0"
    )
    boundary_step_m: Positive | None = Field(None, description=_METRES)

    @model_validator(mode="after")
    def _walks_on_a_network(self) -> "WalkTable":
        given = [key for key in self.of_the_walk if getattr(self, key) is not None]
        if self.distance == "straight":
            if given:
                raise ValueError(
                    f'has {", ".join(given)}, which distance = "straight" does not use; leave '
                    'them out, or write distance = "network".'
                )
            return self
        needed = ["network", "snap_limit_m"]
        of = getattr(self, "of", ())
        if {"land", *LAND_LAYERS} & set([of] if isinstance(of, str) else of):
            needed.append("land_width_m")
        missing = [key for key in needed if key not in given]
        if missing:
            raise ValueError(
                f'lacks {", ".join(missing)}, which distance = "network" needs: {_WALK_HINTS}.'
            )
        return self


_WALK_HINTS = (
    'network = "walk_network" with a table [layers.walk_network]; snap_limit_m, the longest leg '
    "from a place to the streets, e.g. 200; land_width_m for shares of land, how far beside a "
    "street its land goes, e.g. 50"
)


class CoverageTable(WalkTable):
    """An indicator with ``analysis = "coverage"``."""

    facilities: Text = Field(description=_LAYER)
    distance_m: Positive = Field(description=_METRES)
    of: Texts = Field(description=_OF)
    speed_kmh: Positive | None = Field(
        None, description="km/h, for minutes on the map of distances along streets"
    )


class RailCoverageTable(WalkTable):
    """An indicator with ``analysis = "rail_coverage"``."""

    of_the_walk: ClassVar[tuple[str, ...]] = tuple(
        key for key in WalkTable.of_the_walk if key != "entrances"
    )

    stations: Text = Field(description=_LAYER)
    distance_m: Positive = Field(description=_METRES)
    of: Texts = Field(description=_OF)
    entrance_limit_m: Positive | None = Field(None, description=_METRES)
    speed_kmh: Positive | None = Field(
        None, description="km/h, for minutes on the map of distances along streets"
    )


class LivingCircleTable(WalkTable):
    """An indicator with ``analysis = "living_circle"``."""

    not_passed: ClassVar[tuple[str, ...]] = ()

    categories: Annotated[dict[str, Text], Field(min_length=1)] = Field(
        description="a layer per category, e.g. categories = { school = 'schools' }"
    )
    distance_m: Positive | None = Field(None, description=_METRES)
    minutes: Positive | None = Field(None, description="minutes, a number above 0")
    speed_kmh: Positive | None = Field(None, description="km/h, a number above 0")
    of: Texts = Field(description=_OF)

    @model_validator(mode="after")
    def _one_reach(self) -> "LivingCircleTable":
        timed = self.minutes is not None and self.speed_kmh is not None
        halfway = (self.minutes is None) != (self.speed_kmh is None)
        if halfway or timed == (self.distance_m is not None):
            raise ValueError("wants either distance_m, or minutes with speed_kmh.")
        if timed and self.distance == "straight":
            raise ValueError(
                'has minutes, which are walked along streets: write distance = "network", or give '
                "distance_m."
            )
        return self


class DetourTable(WalkTable):
    """An indicator with ``analysis = "detour"``."""

    not_passed: ClassVar[tuple[str, ...]] = ("distance", "speed_kmh")

    distance: Literal["network"] = Field(description='distance = "network"')
    facilities: Text = Field(description=_LAYER)
    distance_m: Positive = Field(description=_METRES)
    of: Texts = Field(description=_OF)
    speed_kmh: Positive | None = Field(
        None, description="km/h, for minutes on the map of distances along streets"
    )


class TierTable(_Table):
    """One park tier: minutes and speed, or metres."""

    minutes: Positive | None = Field(None, description="minutes, a number above 0")
    speed_kmh: Positive | None = Field(None, description="km/h, a number above 0")
    distance_m: Positive | None = Field(None, description=_METRES)
    min_area_m2: Positive | None = Field(None, description="square metres, a number above 0")
    network: Text | None = Field(None, description=_LAYER)

    @model_validator(mode="after")
    def _one_reach(self) -> "TierTable":
        by_time = self.minutes is not None and self.speed_kmh is not None
        by_metres = self.distance_m is not None
        if by_metres and (self.minutes is not None or self.speed_kmh is not None):
            raise ValueError(
                "has both metres and minutes or speed; give distance_m, or minutes and speed_kmh."
            )
        if not (by_time or by_metres):
            raise ValueError(
                "lacks its reach; give minutes and speed_kmh (speed_kmh may stand beside tiers, "
                "for all of them), or distance_m. Ten minutes are 833 m at 5 km/h, and 500 m under "
                "GB 50180: the plan has to say."
            )
        return self


class ParkAccessTable(WalkTable):
    """An indicator with ``analysis = "park_access"``."""

    parks: Text = Field(description="the name of a layer of the plan, as text")
    tiers: Annotated[dict[str, TierTable], Field(min_length=1)] = Field(
        description="a table per tier, e.g. tiers.community = {minutes = 10, speed_kmh = 5}"
    )
    speed_kmh: Positive | None = Field(
        None, description="km/h for every tier that names minutes only, a number above 0"
    )
    of: Texts = Field(description=_OF)
    higher_serves_lower: bool = Field(
        description="true or false: whether a park of a higher tier serves the lower ones too"
    )
    detour_factor: Annotated[float, Field(ge=1, allow_inf_nan=False)] | None = Field(
        None, description="walked metres per straight metre, a number not below 1"
    )

    @model_validator(mode="after")
    def _streets_have_no_factor(self) -> "ParkAccessTable":
        if self.distance == "network":
            if self.detour_factor is not None:
                raise ValueError('has detour_factor and distance = "network"; leave one out.')
            if self.entrance_tolerance_m is None:
                raise ValueError(
                    'lacks entrance_tolerance_m, which distance = "network" needs for parks: how '
                    "far from a park its entrances may lie and paths end, e.g. 15."
                )
        elif any(tier.network for tier in self.tiers.values()):
            raise ValueError('has a tier with a network, which distance = "straight" has no use of')
        return self


class ParkAreaTable(IndicatorTable):
    """An indicator with ``analysis = "park_area_per_capita"``."""

    parks: Text = Field(description="the name of a layer of the plan, as text")
    population: Text = Field(
        description='the name of a layer with population, or "districts" for their own column'
    )


class GreenSpaceTable(IndicatorTable):
    """An indicator with ``analysis = "green_space_ratio"``."""

    parcels: Text = Field(description="the name of a layer of the plan, as text")
    classes: Texts = Field(description="the land-use classes that count as green, e.g. ['G1']")
    of: Text = Field(description=_OF)


class EcologicalLandTable(IndicatorTable):
    """An indicator with ``analysis = "ecological_land_share"``."""

    lines: Text = Field(description="the name of a layer of the plan, as text")


class RedLineTable(IndicatorTable):
    """An indicator with ``analysis = "red_line_share"``."""

    red_lines: Text = Field(description="the name of a layer of the plan, as text")
