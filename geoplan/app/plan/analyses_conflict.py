"""Analyses of conflict, as a plan names them: what lies inside, or too near, what it must not."""

from typing import Annotated

from pydantic import Field, model_validator

from geoplan.app.plan.analysis import AREAS, FACILITIES, Analysis
from geoplan.app.plan.tables import LAYER, IndicatorTable, Positive, Text

_LINES = ("red_lines", *AREAS, "parks")
_ANY = (*FACILITIES, "red_lines")
_OVERLAP = "square metres, or metres of lines, a number not below 0"

NotBelow0 = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class EncroachmentTable(IndicatorTable):
    """An indicator with ``analysis = "encroachment"``."""

    objects: Text = Field(description=LAYER)
    lines: Text = Field(description=LAYER)
    min_overlap: NotBelow0 = Field(description=_OVERLAP)


class RedLineChangeTable(IndicatorTable):
    """An indicator with ``analysis = "red_line_change"``."""

    red_lines: Text = Field(description=LAYER)
    previous: Text = Field(description=LAYER)
    min_width_m: NotBelow0 = Field(description="metres, a number not below 0")


class BufferConflictTable(IndicatorTable):
    """An indicator with ``analysis = "buffer_conflict"``."""

    sensitive: Text = Field(description=LAYER)
    sources: Text = Field(description=LAYER)
    distance_m: Positive | None = Field(None, description="metres, a number above 0")
    distances_m: dict[str, Positive] | None = Field(
        None, description="metres by class of source, e.g. { motorway = 80, trunk = 50 }"
    )
    by: Text | None = Field(None, description="the column of the sources' class, as text")

    @model_validator(mode="after")
    def _one_distance(self) -> "BufferConflictTable":
        if (self.distance_m is None) == (not self.distances_m):
            raise ValueError("wants either distance_m, or distances_m with by.")
        if self.distances_m and self.by is None:
            raise ValueError('has distances_m and lacks by, the column of the class: by = "class".')
        return self

    @property
    def outside_m(self) -> float:
        """As far as a source disturbs."""
        return self.distance_m or max((self.distances_m or {"": 0.0}).values())

    @property
    def known_parts(self) -> tuple[str, ...]:
        """Every class of source, and all of them."""
        return ("total", *(self.distances_m or {}))


class ZoneScreeningTable(IndicatorTable):
    """An indicator with ``analysis = "zone_screening"``."""

    projects: Text = Field(description=LAYER)
    zones: Text = Field(description=LAYER)
    min_overlap: NotBelow0 = Field(description=_OVERLAP)


CONFLICT: tuple[Analysis, ...] = (
    Analysis(
        "encroachment",
        EncroachmentTable,
        {"objects": _ANY, "lines": _LINES},
        whole_part="total",
        measures={"count": "count", "area": "m2", "length": "m", "share": "1"},
    ),
    Analysis(
        "red_line_change",
        RedLineChangeTable,
        {"red_lines": _LINES, "previous": _LINES},
        whole_part="total",
        measures={
            **dict.fromkeys(("net", "loss", "gain", "sliver_loss", "sliver_gain"), "m2"),
            **dict.fromkeys(("before", "after"), "m2"),
            "kept": "1",
        },
    ),
    Analysis(
        "buffer_conflict",
        BufferConflictTable,
        {"sensitive": _ANY, "sources": _ANY},
        direction="down",
        whole_part="total",
        measures={"count": "count", "objects": "1"},
    ),
    Analysis(
        "zone_screening",
        ZoneScreeningTable,
        {"projects": _ANY, "zones": _LINES},
        direction="down",
        whole_part="total",
        measures={"count": "count", "projects": "1"},
    ),
)
"""The analyses of conflict."""
