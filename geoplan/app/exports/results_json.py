"""``results.json``: every number of a run, in a shape that a schema holds."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

from geoplan.app.run.left_out import LeftOut, left_out, left_out_by_district
from geoplan.app.run.outcome import IndicatorOutcome, PlanOutcome, Target, Verdict
from geoplan.core.notices import Notice
from geoplan.core.record import LoadRecord
from geoplan.core.results import Measure

FORMAT = 2
"""Version of the shape of ``results.json``."""


def results_document(outcome: PlanOutcome) -> dict[str, Any]:
    """
    Give what a run found as plain values, one entry per indicator, denominator and part.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.

    Returns
    -------
    dict
        As ``schemas/results.schema.json`` describes it. Shares are 0-1; unknown is None.

    Notes
    -----
    ``definition`` holds what decided the number, and the units of numerator and denominator.
    Target, verdict and shortfall stand on the entry that the target speaks of; they are None on
    the others. There is no time in it: the same layers give the same file.
    """
    return {
        "format": FORMAT,
        "plan": outcome.name,
        "crs": outcome.study_crs.crs,
        "indicators": [
            _entry(indicator, measure, outcome.lang)
            for indicator in outcome.indicators
            for measure in indicator.result.measures
        ],
        "layers": [layer_entry(record, outcome.lang) for record in outcome.records.values()],
    }


def results_schema() -> dict[str, Any]:
    """
    Give the JSON Schema (draft 2020-12) of ``results.json``.

    Returns
    -------
    dict
        The schema.
    """
    schema: dict[str, Any] = json.loads(
        resources.files("geoplan.app.exports")
        .joinpath("schemas/results.schema.json")
        .read_text("utf-8")
    )
    return schema


def write_json(document: Mapping[str, Any], path: Path) -> None:
    """
    Write strict JSON: UTF-8, unescaped, no NaN.

    Parameters
    ----------
    document : mapping
        Plain values.
    path : Path
        Where to.
    """
    words = json.dumps(plain(document), ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(words + "\n", encoding="utf-8", newline="\n")


def plain(value: Any) -> Any:  # noqa: ANN401 (whatever definitions and records hold)
    """
    Turn a value into one that JSON has: NaN and infinity into None, arrays into lists.

    Parameters
    ----------
    value : object
        Nested mappings, sequences, numpy scalars and arrays, numbers, text.

    Returns
    -------
    object
        The same in dict, list, str, int, float, bool and None.

    Examples
    --------
    >>> plain({"distance_m": float("nan"), "of": ("land",)})
    {'distance_m': None, 'of': ['land']}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return str(value)


def _entry(indicator: IndicatorOutcome, measure: Measure, lang: str) -> dict[str, Any]:
    target, verdict = indicator.target, indicator.verdict
    if target is not None and (target.of, target.part) != (measure.of, measure.part):
        target, verdict = None, None
    return {
        "id": indicator.id,
        "analysis": indicator.result.analysis,
        "of": measure.of,
        "part": measure.part or None,
        "value": plain(float(measure.value)),
        "low": plain(float(measure.low)),
        "high": plain(float(measure.high)),
        "open_for": list(measure.open_for),
        "unit": measure.unit,
        "numerator": plain(float(measure.numerator)),
        "denominator": plain(float(measure.denominator)),
        "left_out": _left_out(left_out(indicator.result, measure)),
        "districts": _districts(indicator, measure, verdict),
        "definition": {
            **plain(indicator.result.definition),
            "numerator_unit": measure.numerator_unit,
            "denominator_unit": measure.denominator_unit,
        },
        "target": None if target is None else _target(target),
        "verdict": None if verdict is None else verdict.status,
        "shortfall": None if verdict is None else _shortfall(verdict),
        "warnings": [warning(notice, lang) for notice in indicator.result.notices],
    }


def _districts(
    indicator: IndicatorOutcome, measure: Measure, verdict: Verdict | None
) -> list[dict[str, Any]]:
    columns = ["district_id", "name", "value", "low", "high", "numerator", "denominator"]
    rows: list[dict[str, Any]] = plain(measure.districts[columns].to_dict("records"))
    judged = {} if verdict is None else verdict.districts
    for row, left in zip(rows, left_out_by_district(indicator.result, measure), strict=True):
        row["left_out"] = _left_out(left)
        row["verdict"] = judged.get(row["district_id"])
    return rows


def _left_out(left: LeftOut | None) -> dict[str, Any] | None:
    return None if left is None else plain(asdict(left))


def _target(target: Target) -> dict[str, Any]:
    return {
        "text": target.text,
        "operator": target.operator,
        "value": target.value,
        "high": target.high,
        "unit": target.unit,
        "source": target.source,
        "year": target.year,
        "force": target.force,
        "document": target.document or None,
    }


def _shortfall(verdict: Verdict) -> dict[str, Any]:
    return {
        "value": plain(verdict.shortfall),
        "unit": verdict.shortfall_unit,
        "reason": verdict.reason or None,
        "missed_districts": list(verdict.missed_districts),
    }


def layer_entry(record: LoadRecord, lang: str) -> dict[str, Any]:
    """Give the record of a layer as plain values, the words of its notices in `lang`."""
    notices = [warning(notice, lang) for notice in record.notices]
    fields: dict[str, Any] = plain({**record.as_dict(), "notices": notices})
    return fields


def warning(notice: Notice, lang: str) -> dict[str, Any]:
    """Give a notice as plain values, its words in `lang`."""
    fields: dict[str, Any] = plain({**notice.as_dict(), "text": notice.text(lang)})
    return fields
