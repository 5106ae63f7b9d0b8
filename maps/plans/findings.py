"""Several findings on one map: each a result with its target, all of the same districts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.core.errors import ParameterError
from geoplan.core.ranges import ranged_text
from geoplan.maps.page.boxes import Cell
from geoplan.maps.page.district_layers import Line
from geoplan.maps.page.finished_map import pick
from geoplan.maps.page.target_words import Goal
from geoplan.maps.page.words import bound_of, say

if TYPE_CHECKING:
    from geoplan.core.results import Measure, Result


@dataclass(frozen=True)
class Finding:
    """
    One result of a plan, as a map of several shows it.

    Parameters
    ----------
    title : str
        What was found, plain text.
    result : Result
        From any analysis.
    of, part : str, optional
        The measure in front; the first that fits by default.
    target_text : str
        Its target as the plan has it, such as ``"> 95 %"``; empty: none.
    target_met : mapping of str to bool, optional
        Who meets it, by ``district_id``; the key ``""`` is the whole area. None: the data leave it
        open. Whoever is missing has no verdict.
    """

    title: str
    result: "Result"
    of: str | None = None
    part: str | None = None
    target_text: str = ""
    target_met: Mapping[str, bool | None] | None = None

    @property
    def measure(self) -> "Measure":
        """The measure in front."""
        return pick(self.result, self.of, self.part)

    @property
    def goal(self) -> Goal:
        """Its target."""
        return Goal(self.target_text, self.target_met)

    @property
    def line(self) -> Line:
        """What tooltips and panels say of it."""
        return Line(self.measure, self.goal, self.title)


def check_findings(findings: Sequence[Finding]) -> None:
    """
    Refuse findings that cannot share a map.

    Raises
    ------
    ParameterError
        If there is none, or two are of different districts.
    """
    if not findings:
        raise ParameterError("`findings` is empty; a map of several findings needs one at least.")
    first = findings[0].measure.districts["district_id"].tolist()
    for finding in findings[1:]:
        if finding.measure.districts["district_id"].tolist() != first:
            raise ParameterError(
                f"{finding.title!r} is of other districts than {findings[0].title!r}; findings on "
                "one map must be of the same districts in the same order."
            )


def whole_text(finding: Finding, lang: str) -> str:
    """Write the value of the whole area."""
    measure = finding.measure
    bound = bound_of(finding.target_text, measure.unit)
    ends = measure.low, measure.high
    return ranged_text(measure.value, *ends, measure.unit, lang, bound=bound)


def mark(goal: Goal, district_id: str) -> Cell:
    """Write a verdict as a mark alone, for a narrow column."""
    met = goal.of(district_id)
    if goal.is_open(district_id):
        return Cell("", "undecidable")
    if met is None:
        return Cell("–", "muted")
    return Cell("", "met" if met else "missed")


def tally(findings: Sequence[Finding], lang: str) -> str:
    """Say how many targets are met, missed and undecided: the finding of findings."""
    verdicts = [finding.goal.of("") for finding in findings if finding.target_text]
    if not verdicts:
        return say("overview.no_targets", lang, count=len(findings))
    missed = [f.title for f in findings if f.target_text and f.goal.of("") is False]
    phrases = [say("overview.met", lang, met=verdicts.count(True), total=len(verdicts))]
    if missed:
        joined = ("、" if lang == "zh" else ", ").join(missed)
        phrases.append(say("overview.missed", lang, names=joined))
    if None in verdicts:
        phrases.append(say("overview.undecidable", lang, count=verdicts.count(None)))
    return ("；" if lang == "zh" else "; ").join(phrases)
