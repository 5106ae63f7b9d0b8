"""``provenance.json``: what a run was made of, so that it can be checked and repeated."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geoplan.app.exports.results_json import layer_entry, plain, warning
from geoplan.app.run.outcome import PlanOutcome

FILE_NAME = "provenance.json"
GENERATOR = "geoplan"


def run_time() -> datetime:
    """
    Tell the time of a run, once for all that is written.

    Returns
    -------
    datetime
        In UTC: now, or ``SOURCE_DATE_EPOCH`` where that is set, so that a run can be repeated to
        the last byte (reproducible-builds.org).
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)


def provenance_document(
    outcome: PlanOutcome, files: Iterable[str], *, created: datetime | None = None
) -> dict[str, Any]:
    """
    Say what a run was made of.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.
    files : iterable of str
        What was written beside it, as paths inside the folder.
    created : datetime, optional
        From `run_time`; now by default.

    Returns
    -------
    dict
        Plan text and hash, study CRS with its errors, the record and hashes of every layer,
        every definition, versions, seconds and the time (UTC) as plain values.
    """
    return {
        "generator": GENERATOR,
        "created_utc": (created or run_time()).isoformat(timespec="seconds"),
        "plan": {
            "name": outcome.name,
            "file": Path(outcome.plan_path).name,
            "sha256": outcome.plan_sha256,
            "text": _plan_text(outcome),
        },
        "study_crs": asdict(outcome.study_crs),
        "layers": [layer_entry(record, outcome.lang) for record in outcome.records.values()],
        "indicators": [
            {
                "id": indicator.id,
                "title": indicator.title,
                "analysis": indicator.result.analysis,
                "definition": plain(indicator.result.definition),
            }
            for indicator in outcome.indicators
        ],
        "notices": [warning(notice, outcome.lang) for notice in outcome.notices],
        "versions": dict(outcome.versions),
        "seconds": plain({step: round(value, 3) for step, value in outcome.seconds.items()}),
        "outputs": sorted(files),
    }


def _plan_text(outcome: PlanOutcome) -> str | None:
    """Text of the plan file, unless it was changed or removed since it was run."""
    try:
        content = Path(outcome.plan_path).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content).hexdigest() != outcome.plan_sha256:
        return None
    for encoding in ("utf-8-sig", "utf-16" if content[:1] in (b"\xff", b"\xfe") else "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
