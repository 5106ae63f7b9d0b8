"""Analyses of land, as a plan names them: parks per person, green, red lines."""

from pydantic import Field

from geoplan.app.plan.analysis import AREAS, DISTRICTS, Analysis
from geoplan.app.plan.tables import LAYER, OF, IndicatorTable, Text, Texts


class ParkAreaTable(IndicatorTable):
    """An indicator with ``analysis = "park_area_per_capita"``."""

    parks: Text = Field(description=LAYER)
    population: Text = Field(
        description='the name of a layer with population, or "districts" for their own column'
    )


class GreenSpaceTable(IndicatorTable):
    """An indicator with ``analysis = "green_space_ratio"``."""

    parcels: Text = Field(description=LAYER)
    classes: Texts = Field(description="the land-use classes that count as green, e.g. ['G1']")
    of: Text = Field(description=OF)


class EcologicalLandTable(IndicatorTable):
    """An indicator with ``analysis = "ecological_land_share"``."""

    lines: Text = Field(description=LAYER)


class RedLineTable(IndicatorTable):
    """An indicator with ``analysis = "red_line_share"``."""

    red_lines: Text = Field(description=LAYER)


LAND: tuple[Analysis, ...] = (
    Analysis(
        "park_area_per_capita",
        ParkAreaTable,
        {"parks": ("parks",), "population": ("population", DISTRICTS)},
        unit="m2/person",
    ),
    Analysis("green_space_ratio", GreenSpaceTable, {"parcels": AREAS[1:]}),
    Analysis("ecological_land_share", EcologicalLandTable, {"lines": ("red_lines", "facilities")}),
    Analysis("red_line_share", RedLineTable, {"red_lines": ("red_lines",)}, whole_part="total"),
)
"""The analyses of land."""
