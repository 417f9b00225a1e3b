"""The records behind a verdict on stdout: requests as CSV, samples and faults as they were saved.

What they are, and of which file, goes to stderr: stdout can be read by a program.
"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from seatrial import slo
from seatrial.errors import UsageError
from seatrial.timeline import REQUEST, Outcome, error_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.slo import Objective, Records
    from seatrial.timeline import Timeline


def named(name: str, objectives: Sequence[Objective], where: Path) -> Objective:
    """Return the objective of that name. Raises UsageError with the names nearest to it."""
    for objective in objectives:
        if objective.name == name:
            return objective
    names = [item.name for item in objectives]
    near = get_close_matches(name, names, n=3) or names
    raise UsageError(
        f"find the objective {name} in {where}",
        got="no objective of that name",
        expected=f"one of {', '.join(near)}",
        mend="`seatrial slo list` shows them all",
    )


def print_records(timeline: Timeline, objective: Objective) -> None:
    """Print every record behind the objective's verdict."""
    for records in slo.records_of(timeline, objective):
        typer.echo(f"{records.file}: {records.count:,} records, {records.what}", err=True)
        if records.file.endswith(".npy"):
            _print_requests(timeline, records)
        else:
            _print_values(timeline, records)


def _print_requests(timeline: Timeline, records: Records) -> None:
    """Print requests as CSV: their row, the fields of ``REQUEST``, codes by their names."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["row", *(REQUEST.names or ())])
    for row in records.rows:
        writer.writerow([row, *_named_fields(timeline, timeline.requests[row])])


def _named_fields(timeline: Timeline, request: Any) -> list[object]:  # noqa: ANN401 -- a numpy record
    replicas = timeline.load.replicas if timeline.load is not None else ()
    fields: dict[str, object] = {name: int(request[name]) for name in REQUEST.names or ()}
    fields["outcome"] = Outcome(int(request["outcome"])).name.lower()
    fields["error"] = error_name(int(request["error"]))
    fields["arm"] = _of(timeline.plan.arms, int(request["arm"]))
    fields["replica"] = _of(replicas, int(request["replica"]))
    return list(fields.values())


def _of(names: Sequence[str], code: int) -> str:
    return names[code] if code < len(names) else ""


def _print_values(timeline: Timeline, records: Records) -> None:
    """Print samples, or faults, one JSON a line, each with its place in the file."""
    first = 1 if records.file.endswith(".jsonl") else 0
    values = getattr(timeline, Path(records.file).stem)
    for row in records.rows:
        typer.echo(json.dumps({"row": row, **asdict(values[row - first])}, ensure_ascii=False))
