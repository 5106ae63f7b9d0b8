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
    met : mapping of str to bool
        Verdict by ``district_id``; the key ``""`` is the whole. Whoever is missing is undecided.
    """

    text: str = ""
    met: Mapping[str, bool] | None = None

    @property
    def words(self) -> str:
        """The target with the signs that people write: ``≥ 95 %`` for ``>= 95 %``."""
        return self.text.replace(">=", "≥").replace("<=", "≤").replace("m2", "m²")

    def of(self, district_id: str) -> bool | None:
        """Tell whether a district meets the target; None when that is not known."""
        return (self.met or {}).get(district_id)
