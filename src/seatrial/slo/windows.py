"""Which instants and which requests belong to a phase. The only place that cuts a trial up.

A request belongs to a phase by its intended start. The fault window starts at the instant the
fault was injected, not at the planned one, and ends with the plan's fault phase; the baseline
ends where either begins. What lies between the two (the experiment's own checks) belongs to the
whole trial and to what is outside the fault window, but to no named phase.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.slo.values import PhaseName
from seatrial.timeline import Outcome as Ended
from seatrial.timeline import latency_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from seatrial.timeline import FaultWindow, Phase, Plan, Timeline

NANOSECONDS = 1_000_000_000
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Offer:
    """What one phase of the plan was to offer, by its own rate, and what left of it."""

    phase: str
    planned: int
    recorded: int
    sent: int


@dataclass(frozen=True, slots=True)
class Window:
    """One phase: its spans ``[start, end)`` in ns since the epoch, in order, and its requests.

    ``requests`` has dtype ``REQUEST``, ordered by intended start; ``cost_ms`` (float64, the same
    shape) is each one's latency, that of a request that is not ok being its deadline at least.
    ``places`` are the spans as ``[first, end)`` among all requests in order, ``order`` the recorded
    position of each of those, None where they were recorded in order. ``offers`` are those of each
    phase that reaches into the window, over all of that phase.
    """

    phase: PhaseName
    spans: tuple[Span, ...]
    requests: NDArray[Any]
    cost_ms: NDArray[np.float64] = field(repr=False)
    places: tuple[tuple[int, int], ...] = ()
    order: NDArray[np.int64] | None = field(default=None, repr=False)
    offers: tuple[Offer, ...] = ()

    @property
    def seconds(self) -> float:
        """The window's length, its gaps left out."""
        return sum(end - start for start, end in self.spans) / NANOSECONDS

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Which requests were answered with a prediction, in time."""
        return np.asarray(self.requests["outcome"] == Ended.OK)


def order_of(requests: NDArray[Any]) -> NDArray[np.int64] | None:
    """Return the recorded positions in order of intended start; None where they are in order."""
    starts = requests["intended"]
    if np.all(starts[:-1] <= starts[1:]):
        return None
    return np.lexsort((requests["sent"], requests["end"], starts))


def window(timeline: Timeline, phase: PhaseName) -> Window:
    """Cut one phase out of a trial; without spans and requests where the plan has no such phase."""
    cut = spans(timeline.plan, fault(timeline), phase)
    order = order_of(timeline.requests)
    requests = timeline.requests if order is None else timeline.requests[order]
    edges = np.searchsorted(requests["intended"], np.array(cut, dtype=np.int64).reshape(-1, 2))
    parts = [requests[first:end] for first, end in edges]
    chosen = np.concatenate(parts) if parts else requests[:0]
    places = tuple((first, end) for first, end in edges.tolist())
    offers = tuple(_offer(item, requests) for item in reached(timeline.plan, cut))
    cost = cost_ms(chosen, timeline.plan.deadline_ms)
    return Window(phase, cut, chosen, cost, places, order, offers)


def reached(plan: Plan, cut: tuple[Span, ...]) -> Iterator[Phase]:
    """Give each phase of the plan of which something lies in these spans."""
    for phase in plan.phases:
        if any(start < phase.end_ns and phase.start_ns < end for start, end in cut):
            yield phase


def _offer(phase: Phase, requests: NDArray[Any]) -> Offer:
    """Count one phase's requests; ``requests`` are in order."""
    first, end = np.searchsorted(requests["intended"], (phase.start_ns, phase.end_ns))
    inside = requests["outcome"][first:end]
    planned = len(inside) if phase.planned is None else phase.planned
    unsent = int(np.count_nonzero(inside == Ended.UNSENT))
    return Offer(phase.name, planned, len(inside), len(inside) - unsent)


def cost_ms(requests: NDArray[Any], deadline_ms: float) -> NDArray[np.float64]:
    """Each request's latency, float64; not ok: its deadline, or its latency where that is longer.

    So an error that comes fast never makes a service look fast.
    """
    latency = latency_ms(requests)
    late = np.maximum(latency, deadline_ms)
    return np.asarray(np.where(requests["outcome"] == Ended.OK, latency, late))


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
