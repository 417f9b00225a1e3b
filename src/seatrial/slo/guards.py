"""What keeps a trial from deciding: each guard has a name, what was seen, and the mend.

Two strengths. A *void* guard says that the measurements can't be trusted: the objective is
INCONCLUSIVE whatever they show. The others say that something was not proven or not seen: the
objective can't PASS, but what was measured is true, so a promise it breaks is a FAIL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo.figures import percentile
from seatrial.slo.values import Indicator, PhaseName
from seatrial.slo.windows import NANOSECONDS, Window, fault
from seatrial.timeline import Outcome as Ended
from seatrial.timeline import send_lag_ms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.timeline import FaultWindow, LoadReport, Timeline

#: A sampler writes at least every 5 s; one that is silent for longer than this has failed.
SILENCE_NS = 15 * NANOSECONDS
CLOCK_JUMP_NS = NANOSECONDS // 2
SENT_SHARE = 0.99


@dataclass(frozen=True, slots=True)
class Guard:
    """One reason why a trial can't PASS an objective. ``what`` and ``mend`` are one clause each."""

    name: str
    what: str
    mend: str
    void: bool

    def __str__(self) -> str:
        """Name, what was seen and the mend, in one line."""
        return f"{self.name}: {self.what}; {self.mend}"


class Load(Enum):
    """What an indicator needs the load for."""

    MEASURES = "its requests are what is measured"
    PROVOKES = "the promise holds under it"
    NONE = "nothing"


@dataclass(frozen=True, slots=True)
class Needs:
    """What an indicator can't be judged without; instruments are names of a Timeline's samples."""

    load: Load = Load.MEASURES
    instruments: tuple[str, ...] = ()
    instants: bool = True  # of the clock and of the fault


NEEDS: dict[Indicator, Needs] = {
    Indicator.REPLICA_RANGE: Needs(Load.PROVOKES, ("workload", "autoscaler")),
    Indicator.READY_REPLICAS: Needs(Load.PROVOKES, ("workload", "endpoints")),
    Indicator.REPLICA_SPREAD: Needs(instruments=("endpoints",)),
    Indicator.REPLICA_REPLACED: Needs(Load.NONE, ("replicas",)),
    Indicator.UNDO: Needs(Load.NONE, instants=False),
}


def raised(timeline: Timeline, part: Window, indicator: Indicator) -> tuple[Guard, ...]:
    """Return every guard that stands between this trial and a PASS of the indicator in ``part``."""
    needs = NEEDS.get(indicator, Needs())
    found = [*_clock(timeline), *_fault(timeline, part.phase)] if needs.instants else []
    if needs.load is not Load.NONE:
        measures = needs.load is Load.MEASURES
        found.extend(replace(guard, void=measures) for guard in _load(timeline, part))
    if needs.load is Load.MEASURES:
        # Some ms more or less before a request left change what it measures, not what it provokes.
        found.extend(_lag(part, timeline.plan.send_lag_bound_ms))
    for instrument in needs.instruments:
        found.extend(_silence(timeline, part, instrument))
    return tuple(found)


def _clock(timeline: Timeline) -> Iterator[Guard]:
    jump = timeline.load.clock_jump_ns if timeline.load is not None else 0
    if abs(jump) > CLOCK_JUMP_NS:
        yield Guard(
            "clock-jumped",
            f"wall and monotonic clock moved apart by {abs(jump) / NANOSECONDS:.1f} s",
            "let no one set the clock or suspend the machine during a trial",
            void=True,
        )


def _load(timeline: Timeline, part: Window) -> Iterator[Guard]:
    """Ask whether the load was what the plan says, first of all, then in this phase."""
    if timeline.load is None:
        yield Guard(
            "load-lost",
            f"the load process died before it reported, {len(timeline.requests)} of "
            f"{timeline.plan.planned} planned requests are recorded",
            "read load.log in the trial's directory",
            void=True,
        )
        return
    yield from _recorded(timeline, timeline.load)
    yield from _rate(part)


def _recorded(timeline: Timeline, report: LoadReport) -> Iterator[Guard]:
    plan, recorded = timeline.plan, len(timeline.requests)
    starts = timeline.requests["intended"]
    first = min((phase.start_ns for phase in plan.phases), default=0)
    last = max((phase.end_ns for phase in plan.phases), default=0)
    stray = int(np.count_nonzero((starts < first) | (starts >= last)))
    if stray or not plan.planned == report.planned == report.recorded == recorded:
        yield Guard(
            "not-all-recorded",
            f"{plan.planned} requests planned, {report.planned} taken on by the load process, "
            f"{report.recorded} reported, {recorded} recorded, {stray} of them outside the plan",
            "read load.log; a trial's requests must all be recorded",
            void=True,
        )
    if report.exit_code:
        yield Guard(
            "load-failed",
            f"the load process ended with exit code {report.exit_code}",
            "read load.log in the trial's directory",
            void=True,
        )


def _rate(part: Window) -> Iterator[Guard]:
    planned = len(part.requests)
    unsent = int(np.count_nonzero(part.requests["outcome"] == Ended.UNSENT))
    if part.spans and not planned:
        yield Guard(
            "no-requests",
            f"nothing was planned {part.phase.words}",
            "give the plan a rate and the phase some seconds",
            void=True,
        )
    if planned - unsent < SENT_SHARE * planned:
        yield Guard(
            "rate-missed",
            f"the generator sent {planned - unsent} of {planned} planned requests "
            f"{part.phase.words}",
            "give it a free core, or lower the rate",
            void=True,
        )


def _lag(part: Window, bound_ms: float) -> Iterator[Guard]:
    lag = percentile(send_lag_ms(part.requests), 99)
    if lag > bound_ms:
        yield Guard(
            "send-lag",
            f"the generator sent late: P99 {lag:.1f} ms > {bound_ms:g} ms {part.phase.words}",
            "give it a free core, or lower the rate",
            void=True,
        )


def _fault(timeline: Timeline, phase: PhaseName) -> Iterator[Guard]:
    """Ask whether the planned fault happened; a baseline does not depend on it."""
    if not timeline.plan.experiment or phase is PhaseName.BASELINE:
        return
    hit = fault(timeline)
    if hit is None:
        yield Guard(
            "fault-missing",
            f"{timeline.plan.experiment} is planned but no fault is recorded",
            "read fault.log and journal.json in the trial's directory",
            void=False,
        )
        return
    yield from _unproven(timeline.faults)
    yield from _misplaced(timeline, hit)
    if phase is not PhaseName.FAULT:
        yield from _not_undone(timeline.faults)


def _unproven(faults: tuple[FaultWindow, ...]) -> Iterator[Guard]:
    for hit in faults:
        if hit.landed:
            continue
        missing = [f"{item.name} ({item.detail})" for item in hit.evidence if not item.held]
        yield Guard(
            "fault-unproven",
            f"no evidence that {hit.name} landed: {', '.join(missing) or 'none was gathered'}",
            "read journal.json and check what the experiment selects",
            void=False,
        )


def _misplaced(timeline: Timeline, hit: FaultWindow) -> Iterator[Guard]:
    phase = timeline.plan.phase("fault")
    if hit.landed and (phase is None or not phase.start_ns <= hit.started_ns < phase.end_ns):
        yield Guard(
            "fault-misplaced",
            f"{hit.name} began {hit.started_ns / NANOSECONDS:.1f} s into the trial, outside the "
            "planned fault phase",
            "start the experiment in its phase",
            void=False,
        )


def _not_undone(faults: tuple[FaultWindow, ...]) -> Iterator[Guard]:
    for hit in faults:
        if not hit.undone:
            yield Guard(
                "fault-not-undone",
                f"{hit.name} is still in the cluster{f' ({hit.note})' if hit.note else ''}",
                "undo it by hand and look at journal.json's rollbacks",
                void=False,
            )


def _silence(timeline: Timeline, part: Window, instrument: str) -> Iterator[Guard]:
    """Ask whether the samples cover the phase; before its start one may be as old as allowed."""
    instants = np.unique([sample.at_ns for sample in getattr(timeline, instrument)])
    for start, end in part.spans:
        inside = instants[(instants > start - SILENCE_NS) & (instants < end)]
        edges = [start - SILENCE_NS, *inside.tolist(), end]
        gap, since = max((later - sooner, sooner) for sooner, later in pairwise(edges))
        if gap <= SILENCE_NS:
            continue
        silent = f"for {gap / NANOSECONDS:.0f} s from {max(since, 0) / NANOSECONDS:.0f} s on"
        yield Guard(
            "instrument-silent",
            f"no sample of {instrument} {silent if len(inside) else 'at all'} {part.phase.words}",
            "read observe.log in the trial's directory",
            void=False,
        )
