"""What running a plan gives: results with their verdicts, ready for report and exports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from geoplan.core.crs import StudyCRS
from geoplan.core.notices import Notice
from geoplan.core.record import LoadRecord
from geoplan.core.results import Measure, Result

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Operator = Literal[
    ">", ">=", "<", "<=", "==", "within", "not_decrease", "not_increase", "not_above_parent"
]  # fmt: skip
Status = Literal["met", "missed", "undecidable"]


@dataclass(frozen=True)
class Target:
    """
    A number that a plan asks for.

    Parameters
    ----------
    text : str
        As the plan file has it: ``"> 95 %"``.
    operator : Operator
        How to compare; strictness is kept.
    value : float or None
        The bound in the unit of the measure (a share is 0-1); None for a relative operator
        without a baseline; the lower end of a range (``within``).
    unit : str
        Unit of `value`, as in `Measure.unit`.
    of, part : str
        Which measure of the result it applies to.
    source : str
        Document, row or page.
    year : int or None
        What it is set for, where the plan says.
    force : {"binding", "expected", "strive"} or None
        约束性, 预期性 or 力争, where the plan says.
    document : str
        Key of the document in the catalogue that it was taken from; empty for the plan's own.
    high : float or None
        The upper end of a range, in the unit of `value`; None for every other operator.
    least, greatest : float or None
        What `value` could be where it was measured too, such as the average of the city; None: it
        is `value`.
    tolerance : float
        Rounding of a `value` that was measured.
    open_for : tuple of str
        Why `least` and `greatest` differ, as in `geoplan.core.results.Measure.open_for`.
    """

    text: str
    operator: Operator
    value: float | None
    unit: str
    of: str
    part: str = ""
    source: str = ""
    year: int | None = None
    force: str | None = None
    document: str = ""
    high: float | None = None
    least: float | None = None
    greatest: float | None = None
    tolerance: float = 0.0
    open_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """
    Whether a measure meets its target, and by how much not.

    It is met if every value that the data leave possible meets the target, missed if none does,
    and undecidable otherwise.

    Parameters
    ----------
    status : {"met", "missed", "undecidable"}
        The finding.
    reason : str
        For an undecidable one: a phrase key under ``report.reasons``, ``"open"`` where the target
        lies between `low` and `high`; otherwise empty.
    shortfall : float
        What is missing for the target, in `shortfall_unit`; 0 when met, NaN when undecidable.
    shortfall_unit : str
        Unit of the numerator for a share (``"person"``, ``"m2"``), else the unit of the measure.
    missed_districts : tuple of str
        ``district_id`` of the districts that surely miss the same target, worst first.
    low, high : float
        What the value of the whole could be, in `unit`; NaN where nothing is known.
    unit : str
        Unit of `low` and `high`, as in `Measure.unit`.
    open_for : tuple of str
        Why they differ: phrase keys under ``open``.
    districts : mapping of str to {"met", "missed", "undecidable"}
        Verdict of each district by ``district_id``. One without a value is missing, and so are all
        where the target is of the whole only.
    """

    status: Status
    reason: str
    shortfall: float
    shortfall_unit: str
    missed_districts: tuple[str, ...] = ()
    low: float = float("nan")
    high: float = float("nan")
    unit: str = "1"
    open_for: tuple[str, ...] = ()
    districts: Mapping[str, Status] = field(default_factory=dict)


@dataclass(frozen=True)
class IndicatorOutcome:
    """
    One indicator of the plan: its result, target and verdict.

    Parameters
    ----------
    id : str
        As in the plan file, e.g. ``bus-stop-coverage-500m``.
    title : str
        In the plan's language.
    result : Result
        The numbers and geometries.
    target : Target or None
        The target, where the plan states one.
    verdict : Verdict or None
        None exactly when there is no target.
    """

    id: str
    title: str
    result: Result
    target: Target | None = None
    verdict: Verdict | None = None

    @property
    def headline(self) -> Measure:
        """The measure the target speaks of, or the first one."""
        if self.target is None:
            return self.result.measures[0]
        return self.result.measure(self.target.of, self.target.part)


@dataclass(frozen=True)
class PlanOutcome:
    """
    A plan that has been run.

    Parameters
    ----------
    name : str
        Name of the plan.
    lang : {"en", "zh"}
        Language of maps and report.
    plan_path : str
        The plan file.
    plan_sha256 : str
        Its hash.
    study_crs : StudyCRS
        What was measured in, why, and its errors over the study area.
    layers : mapping of str to GeoDataFrame
        Every layer loaded, by its name in the plan.
    records : mapping of str to LoadRecord
        What was read, dropped and repaired, by the same names.
    indicators : tuple of IndicatorOutcome
        In the order of the plan.
    notices : tuple of Notice
        What concerns the run as a whole.
    versions : mapping of str to str
        Versions of geoplan, Python and the libraries that decide numbers.
    seconds : mapping of str to float
        Duration of each step.
    template : str
        The office's own Word template for ``report.docx``; empty for ours.
    """

    name: str
    lang: str
    plan_path: str
    plan_sha256: str
    study_crs: StudyCRS
    layers: "Mapping[str, GeoDataFrame]"
    records: Mapping[str, LoadRecord]
    indicators: tuple[IndicatorOutcome, ...]
    notices: tuple[Notice, ...]
    versions: Mapping[str, str]
    seconds: Mapping[str, float]
    template: str = ""
