"""Which instants and which requests belong to a phase. The only place that cuts a trial up.

A request belongs to a phase by its intended start. The fault window starts at the instant the
fault was injected, not at the planned one, and ends with the plan's fault phase; the baseline
ends where either begins. What lies between the two (the experiment's own checks) belongs to the
whole trial and to what is outside the fault window, but to no named phase.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.slo.ordered import Ordered, ordered
from seatrial.slo.sequential import as_held
from seatrial.slo.values import PhaseName
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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


@dataclass(frozen=True, eq=False)
class Window:
    """One phase: its spans ``[start, end)`` in ns since the epoch, in order, and its requests.

    ``requests`` has dtype ``REQUEST``, ordered by intended start. It and every column are views
    of the whole trial's where the phase is one span, and joined copies where it is not: what is
    counted should be counted by columns (``ok``, ``column``), what is picked by ``those``.
    Not slotted: what is asked for twice is kept. ``cuts`` are the spans among all requests in
    order. ``offers`` are those of each phase that reaches into the window, over all of that phase.
    """

    phase: PhaseName
    spans: tuple[Span, ...]
    trial: Ordered = field(repr=False)
    cuts: tuple[slice, ...] = field(repr=False)
    offers: tuple[Offer, ...] = ()

    @property
    def n(self) -> int:
        """How many requests were planned in the phase and recorded."""
        return sum(cut.stop - cut.start for cut in self.cuts)

    @property
    def seconds(self) -> float:
        """The window's length, its gaps left out."""
        return sum(end - start for start, end in self.spans) / NANOSECONDS

    @cached_property
    def requests(self) -> NDArray[Any]:
        """Every request of the phase."""
        return self._joined(self.trial.requests)

    @cached_property
    def intended(self) -> NDArray[np.int64]:
        """Intended starts, ns since the epoch, ascending; int64."""
        return self._joined(self.trial.intended)

    @cached_property
    def ok(self) -> NDArray[np.bool_]:
        """Which requests were answered with a prediction, in time."""
        return self._joined(self.trial.ok)

    @cached_property
    def cost_ns(self) -> NDArray[np.int64]:
        """Each request's latency in ns, that of one that is not ok being its deadline at least."""
        return self._joined(self.trial.cost_ns)

    @cached_property
    def cost_ms(self) -> NDArray[np.float64]:
        """``cost_ns`` in ms; float64."""
        return self._joined(self.trial.cost_ms)

    @cached_property
    def ended(self) -> tuple[int, ...]:
        """How many requests ended in each way; codes of ``timeline.Outcome`` index it."""
        outcomes = self._joined(self.trial.outcomes)
        return tuple(int(np.count_nonzero(outcomes == code)) for code in Ended)

    @cached_property
    def late(self) -> int:
        """How many requests were sent later than the plan's send lag bound allows."""
        return int(np.count_nonzero(self._joined(self.trial.late)))

    @cached_property
    def timed_out(self) -> NDArray[np.bool_]:
        """Which requests met the client's deadline, or the proxy's (its answer 504)."""
        return self._joined(self.trial.timed_out)

    @cached_property
    def retried(self) -> NDArray[np.bool_]:
        """Which requests the proxy tried more than once."""
        return self._joined(self.trial.retried)

    def column(self, name: str) -> NDArray[Any]:
        """Return one field of the requests, as ``REQUEST`` has it."""
        return self._joined(self.trial.requests[name])

    def those(self, mask: NDArray[np.bool_]) -> NDArray[Any]:
        """Return the requests that ``mask`` (one item a request of the phase) picks, in order."""
        indices, found, before = np.flatnonzero(mask), [], 0
        for cut in self.cuts:
            size = cut.stop - cut.start
            low, high = np.searchsorted(indices, (before, before + size))
            found.append(self.trial.requests[indices[low:high] - before + cut.start])
            before += size
        return np.concatenate(found) if found else self.trial.requests[:0]

    def only(self, mask: NDArray[np.bool_]) -> Window:
        """Return the window with those requests alone; where they stand in files is not kept."""
        requests = self.those(mask)
        starts = np.ascontiguousarray(requests["intended"])
        edges = np.searchsorted(starts, np.asarray(self.spans, dtype=np.int64).reshape(-1, 2))
        trial = Ordered(requests, starts, self.trial.deadline_ms, self.trial.lag_bound_ms)
        cuts = tuple(slice(low, high) for low, high in edges.tolist())
        return Window(self.phase, self.spans, trial, cuts, self.offers)

    def _joined(self, column: NDArray[Any]) -> NDArray[Any]:
        if len(self.cuts) == 1:
            return column[self.cuts[0]]
        return np.concatenate([column[:0], *(column[cut] for cut in self.cuts)])


def window(timeline: Timeline, phase: PhaseName) -> Window:
    """Cut one phase out of a trial; without spans and requests where the plan has no such phase."""
    return windows(timeline, (phase,))[phase]


def windows(timeline: Timeline, phases: Iterable[PhaseName]) -> dict[PhaseName, Window]:
    """Cut phases out of a trial, which share its columns."""
    trial, hit = ordered(timeline), fault(timeline)
    plan = replace(timeline.plan, phases=as_held(timeline.plan, timeline.load))
    found = {}
    for phase in phases:
        cut = spans(plan, hit, phase)
        edges = np.searchsorted(trial.intended, np.asarray(cut, dtype=np.int64).reshape(-1, 2))
        cuts = tuple(slice(low, high) for low, high in edges.tolist())
        offers = tuple(_offer(item, trial) for item in reached(plan, cut))
        found[phase] = Window(phase, cut, trial, cuts, offers)
    return found


def reached(plan: Plan, cut: tuple[Span, ...]) -> Iterator[Phase]:
    """Give each phase of the plan of which something lies in these spans."""
    for phase in plan.phases:
        if any(start < phase.end_ns and phase.start_ns < end for start, end in cut):
            yield phase


def _offer(phase: Phase, trial: Ordered) -> Offer:
    """Count one phase's requests."""
    first, end = np.searchsorted(trial.intended, (phase.start_ns, phase.end_ns))
    inside = trial.outcomes[first:end]
    planned = len(inside) if phase.planned is None else phase.planned
    unsent = int(np.count_nonzero(inside == Ended.UNSENT))
    return Offer(phase.name, planned, len(inside), len(inside) - unsent)


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
