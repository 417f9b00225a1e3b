"""Which instants belong to a phase of a trial. The only place that cuts time up.

The fault window starts at the instant the fault was injected, not at the planned one, and ends
with the plan's fault phase; the baseline ends where either begins. What lies between the two (the
experiment's own checks) belongs to the whole trial and to what is outside the fault window, but to
no named phase.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo.values import PhaseName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seatrial.timeline import FaultWindow, Phase, Plan, Timeline

Span = tuple[int, int]


def reached(plan: Plan, cut: tuple[Span, ...]) -> Iterator[Phase]:
    """Give each phase of the plan of which something lies in these spans."""
    for phase in plan.phases:
        if any(start < phase.end_ns and phase.start_ns < end for start, end in cut):
            yield phase


def fault(timeline: Timeline) -> FaultWindow | None:
    """Return the trial's first fault, or None where no fault was recorded."""
    return min(timeline.faults, key=lambda item: item.started_ns, default=None)


def phases_of(plan: Plan) -> tuple[PhaseName, ...]:
    """Return the phases that this plan has and that are judged, and the whole."""
    return (*(name for name in PhaseName if plan.phase(name)), PhaseName.WHOLE)


def spans(plan: Plan, hit: FaultWindow | None, phase: PhaseName) -> tuple[Span, ...]:
    """Return a phase's spans, in order and not empty; none where the plan has no such phase."""
    found = {
        PhaseName.WHOLE: _whole,
        PhaseName.BASELINE: _baseline,
        PhaseName.FAULT: _fault,
        PhaseName.OUTSIDE: _outside,
    }.get(phase, _as_planned(phase))(plan, hit)
    return tuple((start, end) for start, end in found if start < end)


def _whole(plan: Plan, _: FaultWindow | None) -> list[Span]:
    judged = [item for item in plan.phases if item.name != "settle"]
    if not judged:
        return []
    return [(min(item.start_ns for item in judged), max(item.end_ns for item in judged))]


def _fault(plan: Plan, hit: FaultWindow | None) -> list[Span]:
    phase = plan.phase("fault")
    if phase is None:
        return []
    return [(_began(phase.start_ns, hit), phase.end_ns)]


def _began(planned_ns: int, hit: FaultWindow | None) -> int:
    """Return when the fault began; one without evidence never did: the planned instant then."""
    return hit.started_ns if hit is not None and hit.landed else planned_ns


def _baseline(plan: Plan, hit: FaultWindow | None) -> list[Span]:
    phase = plan.phase("baseline")
    if phase is None:
        return []
    return [(phase.start_ns, min(phase.end_ns, _began(phase.end_ns, hit)))]


def _as_planned(name: PhaseName) -> Callable[[Plan, FaultWindow | None], list[Span]]:
    """Return the cut of a phase that no fault moves."""

    def cut(plan: Plan, _: FaultWindow | None) -> list[Span]:
        phase = plan.phase(name)
        return [] if phase is None else [(phase.start_ns, phase.end_ns)]

    return cut


def _outside(plan: Plan, hit: FaultWindow | None) -> list[Span]:
    inside = _fault(plan, hit)
    if not inside:
        return _whole(plan, hit)
    [(start, end)] = inside
    return [
        part
        for first, last in _whole(plan, hit)
        for part in ((first, min(last, start)), (max(first, end), last))
    ]
