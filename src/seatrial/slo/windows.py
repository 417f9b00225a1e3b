"""Which requests belong to a phase, and what rules count of them. The only place that cuts them up.

A request belongs to a phase by its intended start; which instants do is ``slo.spans``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.slo.ordered import Ordered, least_ns, ordered
from seatrial.slo.sequential import as_held
from seatrial.slo.spans import fault, reached, spans
from seatrial.timeline import NANOSECONDS, NANOSECONDS_PER_MS
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from seatrial.slo.spans import Span
    from seatrial.slo.values import PhaseName
    from seatrial.timeline import Phase, Timeline


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
        return self._joined(self.trial.columns.ok)

    @cached_property
    def cost_ns(self) -> NDArray[np.uint32] | NDArray[np.int64]:
        """Each request's latency in ns, that of one that is not ok being its deadline at least.

        As narrow as the trial allows: sum it into int64, and subtract nothing from it as it is.
        """
        return self._joined(self.trial.columns.cost_ns)

    @property
    def cost_ms(self) -> NDArray[np.float64]:
        """``cost_ns`` in ms; float64, made anew each time: what is long is judged in ns."""
        return np.asarray(self.cost_ns / NANOSECONDS_PER_MS, dtype=np.float64)

    @cached_property
    def mean_ms(self) -> float:
        """The mean of ``cost_ns`` in ms; NaN of no request."""
        total = int(self.cost_ns.sum(dtype=np.int64))
        return total / self.n / NANOSECONDS_PER_MS if self.n else float("nan")

    @cached_property
    def ended(self) -> tuple[int, ...]:
        """How many requests ended in each way; codes of ``timeline.Outcome`` index it."""
        outcomes = self.column("outcome")
        return tuple(int(np.count_nonzero(outcomes == code)) for code in Ended)

    @cached_property
    def late(self) -> int:
        """How many requests were sent later than the plan's send lag bound allows."""
        return int(np.count_nonzero(self._joined(self.trial.columns.late)))

    @cached_property
    def timed_out(self) -> NDArray[np.bool_]:
        """Which requests met the client's deadline, or the proxy's (its answer 504)."""
        return self._joined(self.trial.columns.timed_out)

    @cached_property
    def retried(self) -> NDArray[np.bool_]:
        """Which requests the proxy tried more than once."""
        return self._joined(self.trial.columns.retried)

    def faster(self, limit_ms: float) -> NDArray[np.bool_]:
        """Tell of each request whether its latency, counted as ``cost_ns`` is, was below this."""
        return np.asarray(self.cost_ns < least_ns(limit_ms))

    def column(self, name: str) -> NDArray[Any]:
        """Return one field of the requests, as ``REQUEST`` has it."""
        kept = self.trial.columns.kept
        return self._joined(kept[name] if name in kept else self.trial.requests[name])

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


def _offer(phase: Phase, trial: Ordered) -> Offer:
    """Count one phase's requests."""
    first, end = np.searchsorted(trial.intended, (phase.start_ns, phase.end_ns))
    inside = trial.columns.kept["outcome"][first:end]
    planned = len(inside) if phase.planned is None else phase.planned
    unsent = int(np.count_nonzero(inside == Ended.UNSENT))
    return Offer(phase.name, planned, len(inside), len(inside) - unsent)
