"""The night in one table: of each fault its evidence, what it cost clients, how soon it was over.

Rows are values; deciding is ``slo``'s.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from seatrial import slo
from seatrial.slo import Indicator, Outcome, PhaseName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seatrial.slo import Verdict
    from seatrial.timeline import FaultWindow, Timeline

#: The night's rows, in the run's directory.
NIGHT = "nightly.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One fault of the night. ``failed`` and ``timeouts`` count the fault window's requests.

    ``proven`` of ``evidence`` held. ``served_again_s`` and ``made_good_s`` are seconds from the
    fault; None where that was not measured. ``why`` says what kept the trial from being held, the
    fault from landing, or what is left of it.
    """

    fault: str
    outcome: Outcome
    landed: bool = False
    undone: bool = False
    evidence: int = 0
    proven: int = 0
    requests: int = 0
    failed: int = 0
    timeouts: int = 0
    p95_ms: float | None = None
    served_again_s: float | None = None
    made_good_s: float | None = None
    aborted: bool = False
    why: str = ""


def row(timeline: Timeline, verdicts: Sequence[Verdict]) -> Row:
    """Return the row of one fault's trial."""
    hit = timeline.faults[0] if timeline.faults else None
    seen = slo.figures(timeline, PhaseName.FAULT)
    return Row(
        fault=timeline.plan.scenario,
        outcome=Outcome.worst(item.outcome for item in verdicts),
        landed=hit is not None and hit.landed,
        undone=hit is not None and hit.undone,
        evidence=len(hit.evidence) if hit else 0,
        proven=sum(item.held for item in hit.evidence) if hit else 0,
        requests=seen.n,
        failed=seen.errors + seen.unsent,
        timeouts=seen.timeouts,
        p95_ms=None if math.isnan(seen.p95_ms) else seen.p95_ms,
        served_again_s=_value(verdicts, Indicator.SERVED_AGAIN),
        made_good_s=_value(verdicts, Indicator.REPLICA_REPLACED),
        aborted=hit is not None and hit.aborted_ns is not None,
        why=_why(hit),
    )


def not_held(fault: str, why: str) -> Row:
    """Return the row of a fault whose trial could not be held: it decides nothing."""
    return Row(fault, Outcome.INCONCLUSIVE, why=" ".join(why.split()))


def _value(verdicts: Iterable[Verdict], indicator: Indicator) -> float | None:
    return next((item.value for item in verdicts if item.indicator is indicator), None)


def _why(hit: FaultWindow | None) -> str:
    if hit is None:
        return "no fault was recorded"
    missing = [f"{item.name} ({item.detail})" for item in hit.evidence if not item.held]
    return "; ".join([*missing, *filter(None, (hit.note,))])


def as_json(rows: Iterable[Row]) -> str:
    """Return the rows as JSON, one object a fault, with the names and units of ``Row``."""
    return json.dumps([asdict(item) for item in rows], indent=2) + "\n"


def night_table(rows: Sequence[Row]) -> Table:
    """Return one line a fault, in the order in which they were held."""
    table = Table(
        title=f"{len(rows)} faults: {sum(item.landed for item in rows)} landed, "
        f"{sum(item.undone for item in rows)} undone",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("Fault", overflow="fold")
    table.add_column("Evidence", no_wrap=True)
    for heading in ("N", "Failed", "Timeouts", "P95 ms", "Served s", "Good s"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Undone", no_wrap=True)
    table.add_column("Verdict", no_wrap=True)
    for item in rows:
        table.add_row(*_cells(item))
    return table


def _cells(item: Row) -> tuple[str, ...]:
    return (
        item.fault,
        f"{item.proven}/{item.evidence}" if item.evidence else "not held",
        f"{item.requests}",
        f"{item.failed}",
        f"{item.timeouts}",
        *(_number(value) for value in (item.p95_ms, item.served_again_s, item.made_good_s)),
        ("yes" if item.undone else "no") + (", cut short" if item.aborted else ""),
        item.outcome.value,
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def reasons(rows: Iterable[Row]) -> tuple[str, ...]:
    """Say of each fault that did not land, was not undone or was cut short why, a line each."""
    return tuple(f"{item.fault}: {item.why}" for item in rows if item.why)
