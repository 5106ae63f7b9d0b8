"""Analyses of what is long and should hang together, as a plan names them: shores, greenways."""

from typing import Annotated

from pydantic import Field

from geoplan.app.plan.analysis import AREAS, FACILITIES, Analysis
from geoplan.app.plan.tables import LAYER, METRES, IndicatorTable, Positive, Text, Texts

_COLUMNS = "the column with the type of the bank as text, or the two of left and right bank"


class ShorelineTable(IndicatorTable):
    """An indicator with ``analysis = "shoreline_share"``."""

    shores: Text = Field(description=LAYER)
    by: Texts = Field(description=_COLUMNS)
    natural: Texts = Field(description="the types that count as natural, as a list of texts")
    excluded: Texts | None = Field(None, description="types that are no shore, as a list of texts")


class ConnectivityTable(IndicatorTable):
    """An indicator with ``analysis = "connectivity"``."""

    parks: Text = Field(description=LAYER)
    gap_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        description="metres, a number not below 0"
    )
    links: Text | None = Field(None, description=LAYER)
    barriers: Text | None = Field(None, description=LAYER)
    dispersal_m: Positive | None = Field(None, description=METRES)


LINKS: tuple[Analysis, ...] = (
    Analysis("shoreline_share", ShorelineTable, {"shores": FACILITIES}),
    Analysis(
        "connectivity",
        ConnectivityTable,
        {
            "parks": ("parks", "red_lines", *AREAS),
            "links": FACILITIES,
            "barriers": (*FACILITIES, "red_lines"),
        },
        measures={
            **dict.fromkeys(("parks", "park_area", "largest", "pc"), "1"),
            **dict.fromkeys(("components", "crossings"), "count"),
        },
    ),
)
"""The analyses of what hangs together."""
