"""Analyses of land cover, as a plan names them: green, forest, canopy, runoff, change."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from geoplan.app.plan.analysis import AREAS, Analysis
from geoplan.app.plan.tables import LAND_COVER, LAYER, OF, SURFACE, IndicatorTable, Text, Texts

_COVERS = (LAND_COVER, *AREAS)
_CLASSES = "classes or groups of the legend as a list of texts, e.g. ['forest']"
_COLUMN = "a column of the districts, as text"

NotBelow0 = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Neighbours = Annotated[Literal[4, 8], Field(description="4 or 8")]


class GreenCoverTable(IndicatorTable):
    """An indicator with ``analysis = "green_cover_rate"``."""

    cover: Text = Field(description=LAYER)
    classes: Texts = Field(description=_CLASSES)
    of: Text = Field(description=OF)


class ForestCoverTable(IndicatorTable):
    """An indicator with ``analysis = "forest_cover_rate"``."""

    cover: Text = Field(description=LAYER)
    min_patch_m2: NotBelow0 = Field(description="square metres, a number not below 0")
    classes: Texts | None = Field(None, description=_CLASSES)
    min_canopy: NotBelow0 | None = Field(
        None, description="the least canopy density, in the numbers of the raster"
    )
    neighbours: Neighbours = Field(8, description="4 or 8")
    excluded: Texts = Field(default_factory=list, description=_CLASSES)


class CanopyTable(IndicatorTable):
    """An indicator with ``analysis = "canopy_in_parks"``."""

    parks: Text = Field(description=LAYER)
    canopy: Text = Field(description=LAYER)
    classes: Texts | None = Field(None, description=_CLASSES)


class RunoffTable(IndicatorTable):
    """An indicator with ``analysis = "runoff_coefficient"``."""

    cover: Text = Field(description=LAYER)
    coefficients: dict[str, Share] = Field(
        description="a number from 0 to 1 by class, e.g. { built_up = 0.8, vegetation = 0.15 }"
    )
    kind: Literal["volumetric", "peak"] = Field(description='"volumetric" or "peak"')
    within: Text | None = Field(None, description=LAYER)
    by: Text | None = Field(None, description="the column of the status, as text")
    status: Texts | None = Field(None, description="the statuses that count, as a list of texts")

    @model_validator(mode="after")
    def _status_of_areas(self) -> "RunoffTable":
        if (self.by is None) != (self.status is None) or (self.by and self.within is None):
            raise ValueError("wants within, by and status together, or within alone, or none.")
        return self


class EcologicalIndexTable(IndicatorTable):
    """An indicator with ``analysis = "ecological_environment_index"``."""

    biological_richness: Text = Field(description=_COLUMN)
    vegetation_cover: Text = Field(description=_COLUMN)
    water_network: Text = Field(description=_COLUMN)
    land_stress: Text = Field(description=_COLUMN)
    pollution_load: Text = Field(description=_COLUMN)
    restriction: Text | None = Field(None, description=_COLUMN)


class LandscapeTable(IndicatorTable):
    """An indicator with ``analysis = "landscape_metrics"``."""

    cover: Text = Field(description=LAYER)
    classes: Texts = Field(description=_CLASSES)
    neighbours: Neighbours

    @property
    def known_parts(self) -> tuple[str, ...]:
        """Every class asked for."""
        return tuple(self.classes)


class LandCoverChangeTable(IndicatorTable):
    """An indicator with ``analysis = "land_cover_change"``."""

    cover: Text = Field(description=LAYER)
    previous: Text = Field(description=LAYER)
    classes: Texts | None = Field(None, description=_CLASSES)

    @property
    def known_parts(self) -> tuple[str, ...]:
        """Every class compared, and every change of one into another."""
        from geoplan.layers.rasters.class_map import main_groups

        names = (*(self.classes or main_groups()), "other")
        return (*names, *(f"{a} > {b}" for a in names for b in names if a != b))


COVER: tuple[Analysis, ...] = (
    Analysis("green_cover_rate", GreenCoverTable, {"cover": _COVERS}),
    Analysis("forest_cover_rate", ForestCoverTable, {"cover": (*_COVERS, SURFACE)}),
    Analysis(
        "canopy_in_parks",
        CanopyTable,
        {"parks": ("parks", *AREAS), "canopy": _COVERS},
        measures={"park_ground": "1"},
    ),
    Analysis(
        "runoff_coefficient",
        RunoffTable,
        {"cover": _COVERS, "within": AREAS},
        unit="number",
        direction="down",
        measures={"runoff": "number"},
    ),
    Analysis(
        "ecological_environment_index",
        EcologicalIndexTable,
        {},
        unit="number",
        measures={"ei": "number"},
    ),
    Analysis(
        "landscape_metrics",
        LandscapeTable,
        {"cover": (LAND_COVER,)},
        measures={
            **dict.fromkeys(("class_area", "largest_patch"), "m2"),
            **dict.fromkeys(("class_share", "largest_share"), "1"),
            "patches": "count",
            "edge_density": "m/m2",
        },
    ),
    Analysis(
        "land_cover_change",
        LandCoverChangeTable,
        {"cover": _COVERS, "previous": _COVERS},
        measures={
            **dict.fromkeys(("net", "gain", "loss", "before", "after", "transition"), "m2"),
            "kept": "1",
        },
    ),
)
"""The analyses of land cover."""
