"""Analyses of access, as a plan names them: who reaches what, and how far it is."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from geoplan.app.plan.analysis import FACILITIES, Analysis
from geoplan.app.plan.tables import (
    LAYER,
    METRES,
    OF,
    IndicatorTable,
    Positive,
    Table,
    Text,
    Texts,
)
from geoplan.core.columns import LAND_LAYERS
from geoplan.core.units import walk_distance_m


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
        "sample_m",
    )
    """Keys that are of the walk and not of the analysis."""

    not_passed: ClassVar[tuple[str, ...]] = ("speed_kmh",)
    """Further keys that are not parameters of the analysis."""

    distance: Literal["straight", "network"] = Field(
        description='distance = "straight", or distance = "network" for along the streets'
    )
    network: Text | None = Field(None, description=LAYER)
    snap_limit_m: Positive | None = Field(None, description=METRES)
    land_width_m: Positive | None = Field(None, description=METRES)
    barriers: Text | None = Field(None, description=LAYER)
    entrances: Text | None = Field(None, description=LAYER)
    gates: Text | None = Field(None, description=LAYER)
    entrance_tolerance_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        None, description="metres, a number not below 0"
    )
    boundary_step_m: Positive | None = Field(None, description=METRES)
    sample_m: Positive | None = Field(None, description=METRES)

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

    facilities: Text = Field(description=LAYER)
    distance_m: Positive = Field(description=METRES)
    of: Texts = Field(description=OF)
    speed_kmh: Positive | None = Field(
        None, description="km/h, for minutes on the map of distances along streets"
    )

    @property
    def outside_m(self) -> float:
        """As far as a facility reaches."""
        return self.distance_m


class RailCoverageTable(WalkTable):
    """An indicator with ``analysis = "rail_coverage"``."""

    of_the_walk: ClassVar[tuple[str, ...]] = tuple(
        key for key in WalkTable.of_the_walk if key != "entrances"
    )

    stations: Text = Field(description=LAYER)
    distance_m: Positive = Field(description=METRES)
    of: Texts = Field(description=OF)
    entrance_limit_m: Positive | None = Field(None, description=METRES)
    speed_kmh: Positive | None = Field(
        None, description="km/h, for minutes on the map of distances along streets"
    )

    @property
    def outside_m(self) -> float:
        """As far as a facility reaches."""
        return self.distance_m


class CategoryTable(Table):
    """One category of a living circle with a distance, or a time, of its own."""

    layer: Text = Field(description=LAYER)
    distance_m: Positive | None = Field(None, description=METRES)
    minutes: Positive | None = Field(None, description="minutes, a number above 0")


def _as_category(value: object) -> object:
    return {"layer": value} if isinstance(value, str) else value


Category = Annotated[CategoryTable, BeforeValidator(_as_category)]


class LivingCircleTable(WalkTable):
    """An indicator with ``analysis = "living_circle"``."""

    not_passed: ClassVar[tuple[str, ...]] = ("distance_m", "minutes", "categories")

    categories: Annotated[dict[str, Category], Field(min_length=1)] = Field(
        description="a layer per category, e.g. categories = { school = 'schools' }, or "
        "categories.school = { layer = 'schools', distance_m = 500 }"
    )
    distance_m: Positive | None = Field(None, description=METRES)
    minutes: Positive | None = Field(None, description="minutes, a number above 0")
    speed_kmh: Positive | None = Field(None, description="km/h, a number above 0")
    of: Texts = Field(description=OF)

    @model_validator(mode="after")
    def _one_reach(self) -> "LivingCircleTable":
        metres, minutes = self._each("distance_m"), self._each("minutes")
        timed = self.minutes is not None or any(one is not None for one in minutes.values())
        wanted = minutes if timed else metres
        named = self.distance_m is not None or any(one is not None for one in metres.values())
        if (timed and named) or None in wanted.values() or timed == (self.speed_kmh is None):
            raise ValueError(
                "wants either distance_m, or minutes with speed_kmh: one for all, or one for each "
                "category, e.g. categories.school = { layer = 'schools', distance_m = 500 }."
            )
        if timed and self.distance == "straight":
            raise ValueError(
                'has minutes, which are walked along streets: write distance = "network", or give '
                "distance_m."
            )
        return self

    def _each(self, key: Literal["distance_m", "minutes"]) -> dict[str, float | None]:
        """Give the distance or time of each category, its own before that of all."""
        own = {name: getattr(one, key) for name, one in self.categories.items()}
        common = getattr(self, key)
        return {name: common if value is None else value for name, value in own.items()}

    def reach(self, key: Literal["distance_m", "minutes"]) -> "float | dict[str, float] | None":
        """Give the parameter of the analysis: one number, one for each category, or none."""
        each = {name: value for name, value in self._each(key).items() if value is not None}
        if not each:
            return None
        own = any(getattr(one, key) is not None for one in self.categories.values())
        return each if own else getattr(self, key)

    @property
    def outside_m(self) -> float:
        """As far as a facility reaches."""
        metres = [value for value in self._each("distance_m").values() if value is not None]
        speed_kmh = self.speed_kmh or 0.0
        times = [value for value in self._each("minutes").values() if value is not None]
        return max([*metres, *(walk_distance_m(time, speed_kmh) for time in times)])

    @property
    def known_parts(self) -> tuple[str, ...]:
        """Every category, and all of them."""
        return (*self.categories, "all")


class DetourTable(WalkTable):
    """An indicator with ``analysis = "detour"``."""

    not_passed: ClassVar[tuple[str, ...]] = ("distance", "speed_kmh")

    distance: Literal["network"] = Field(description='distance = "network"')
    facilities: Text = Field(description=LAYER)
    distance_m: Positive = Field(description=METRES)
    of: Texts = Field(description=OF)
    speed_kmh: Positive | None = Field(
        None, description="km/h, for minutes on the map of distances along streets"
    )

    @property
    def outside_m(self) -> float:
        """As far as a facility reaches."""
        return self.distance_m

    def unit_of(self, of: str) -> str | None:
        """Give the unit of the index, which alone is no share."""
        return "m/m" if self.target_part == "index" else super().unit_of(of)

    @property
    def known_parts(self) -> tuple[str, ...]:
        """Whom a straight line serves wrongly, whom either serves, and how long detours are."""
        return ("wrongly_served", "straight", "network", "index")


class TierTable(Table):
    """One park tier: minutes and speed, or metres."""

    minutes: Positive | None = Field(None, description="minutes, a number above 0")
    speed_kmh: Positive | None = Field(None, description="km/h, a number above 0")
    distance_m: Positive | None = Field(None, description=METRES)
    min_area_m2: Positive | None = Field(None, description="square metres, a number above 0")
    network: Text | None = Field(None, description=LAYER)

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
    of: Texts = Field(description=OF)
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

    @property
    def outside_m(self) -> float:
        """As far as the parks of the widest tier reach."""
        detour = self.detour_factor or 1.0  # of minutes only; metres are used as they are
        return max(
            tier.distance_m or walk_distance_m(tier.minutes or 0.0, tier.speed_kmh or 0.0) / detour
            for tier in self.tiers.values()
        )

    @property
    def known_parts(self) -> tuple[str, ...]:
        """Every tier, and all of them."""
        return (*self.tiers, "all")


ACCESS: tuple[Analysis, ...] = (
    Analysis("coverage", CoverageTable, {"facilities": FACILITIES}),
    Analysis("rail_coverage", RailCoverageTable, {"stations": ("rail_stations", "facilities")}),
    Analysis("park_access", ParkAccessTable, {"parks": ("parks",)}),
    Analysis("living_circle", LivingCircleTable, {}),
    Analysis("detour", DetourTable, {"facilities": FACILITIES}),
)
"""The analyses of access."""
