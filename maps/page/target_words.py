"""A target as a map needs it: its words, and who meets it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """
    What a plan asks of one measure, as the caller judged it.

    Parameters
    ----------
    text : str
        The target as the plan has it; empty: none.
    met : mapping of str to bool or None
        Verdict by ``district_id``; the key ``""`` is the whole. None: the data leave it open.
        Whoever is missing has no verdict.
    """

    text: str = ""
    met: Mapping[str, bool | None] | None = None

    @property
    def words(self) -> str:
        """The target with the signs that people write: ``≥ 95 %`` for ``>= 95 %``."""
        return self.text.replace(">=", "≥").replace("<=", "≤").replace("m2", "m²")

    def of(self, district_id: str) -> bool | None:
        """Tell whether a district meets the target; None when that is not known."""
        return (self.met or {}).get(district_id)

    def is_open(self, district_id: str) -> bool:
        """Tell whether the data leave open if a district meets the target."""
        met = self.met or {}
        return district_id in met and met[district_id] is None
