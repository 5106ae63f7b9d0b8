"""One indicator of a plan, checked and ready to run."""

from dataclasses import dataclass

from geoplan.app.catalogue.rows import CatalogueEntry
from geoplan.app.plan.analysis import DISTRICTS, Analysis
from geoplan.app.plan.registry import (
    demand_layers,
    named_layers,
)
from geoplan.app.plan.tables import IndicatorTable
from geoplan.app.plan.targets import Direction


@dataclass(frozen=True)
class PlannedIndicator:
    """
    An indicator that can be run as soon as its layers are there.

    Parameters
    ----------
    id : str
        As in the plan file.
    where : str
        File and table, to begin messages with.
    analysis : Analysis
        What computes it.
    table : IndicatorTable
        Its parameters, those of the catalogue filled in.
    entry : CatalogueEntry or None
        Its row of the catalogue.
    """

    id: str
    where: str
    analysis: Analysis
    table: IndicatorTable
    entry: CatalogueEntry | None = None

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers it needs, the districts first."""
        named = (name for name, _ in named_layers(self.analysis, self.table).values())
        above = (self.table.target_parent,) if self.table.target_parent else ()
        earlier = (self.table.earlier or {}).values()
        needed = (DISTRICTS, *named, *demand_layers(self.table), *above, *earlier)
        return tuple(dict.fromkeys(needed))

    @property
    def better(self) -> Direction | None:
        """Which way is better: as the plan says, or the row of the catalogue; None: neither."""
        if self.table.better is not None or self.entry is None:
            return self.table.better
        return None if self.entry.direction == "none" else self.entry.direction

    def title(self, lang: str) -> str:
        """Title in `lang`: the plan's own, the catalogue's, or the id."""
        return self.table.title or (self.entry.title[lang] if self.entry else self.id)
