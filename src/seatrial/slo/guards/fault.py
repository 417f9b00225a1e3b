"""Whether the planned fault happened, in its time and no longer, and is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo.guards.guard import Guard
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.timeline import FaultWindow, Timeline


def happened(timeline: Timeline) -> Iterator[Guard]:
    """Ask whether the planned fault happened, and when it should."""
    if not timeline.faults:
        yield Guard(
            "fault-missing",
            f"{timeline.plan.experiment} is planned but no fault is recorded",
            "read fault.log and journal.json in the trial's directory",
            void=False,
        )
        return
    yield from _unproven(timeline.faults)
    yield from _misplaced(timeline)


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


def _misplaced(timeline: Timeline) -> Iterator[Guard]:
    planned = timeline.plan.phase("fault")
    for hit in timeline.faults:
        if not hit.landed:
            continue
        if planned is None or not planned.start_ns <= hit.started_ns < planned.end_ns:
            yield Guard(
                "fault-misplaced",
                f"{hit.name} began {hit.started_ns / NANOSECONDS:.1f} s into the trial, outside "
                "the planned fault phase",
                "start the experiment in its phase",
                void=False,
            )


def late(timeline: Timeline) -> Iterator[Guard]:
    """Ask whether at least half of the planned fault phase shows what the fault did."""
    planned = timeline.plan.phase("fault")
    for hit in timeline.faults:
        if planned is None or not hit.landed:
            continue
        after, length = hit.started_ns - planned.start_ns, planned.end_ns - planned.start_ns
        if length < 2 * after < 2 * length:
            yield Guard(
                "fault-late",
                f"{hit.name} began only {after / NANOSECONDS:.1f} s into the fault phase of "
                f"{length / NANOSECONDS:.0f} s",
                "read fault.log for what held the experiment up",
                void=False,
            )


def aborted(timeline: Timeline) -> Iterator[Guard]:
    """Ask whether a fault was cut short: what it would have cost in its whole time is not known."""
    for hit in timeline.faults:
        if hit.aborted_ns is not None:
            lasted = (hit.aborted_ns - hit.started_ns) / NANOSECONDS
            yield Guard(
                "fault-aborted",
                f"{hit.name} was cut short {lasted:.1f} s after it began: "
                f"{hit.note or 'it burned the error budget too fast'}",
                "mend what clients lost; or hold it for fewer seconds (fault.hold_s), or let it "
                "burn more (fault.abort_burn_rate)",
                void=False,
            )


def overlaps(timeline: Timeline) -> Iterator[Guard]:
    """Ask whether a fault was over when the plan's fault phase was."""
    planned = timeline.plan.phase("fault")
    for hit in timeline.faults:
        if planned is None or hit.ended_ns <= planned.end_ns:
            continue
        late = (hit.ended_ns - planned.end_ns) / NANOSECONDS
        yield Guard(
            "fault-overlaps",
            f"{hit.name} reached {late:.1f} s into what follows the fault phase",
            "give the fault phase more seconds, or the experiment less to wait for",
            void=False,
        )


def left(timeline: Timeline) -> Iterator[Guard]:
    """Ask whether a fault is still in the cluster."""
    for hit in timeline.faults:
        if not hit.undone:
            yield Guard(
                "fault-not-undone",
                f"{hit.name} is still in the cluster{f' ({hit.note})' if hit.note else ''}",
                "undo it by hand and look at journal.json's rollbacks",
                void=False,
            )
