"""The watched series as step functions: what was in force from each instant until the next.

The instruments see changes, not fixed instants, and say at least every 5 s what there is; what a
silent one said last is in force no longer. The order of samples in a file means nothing. What a
series shows is the rules' to say.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from seatrial.slo.guards import allowed_ns
from seatrial.slo.words import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from seatrial.slo.case import Case
    from seatrial.slo.spans import Span
    from seatrial.timeline import AutoscalerSample, Timeline, WorkloadSample

    Sample = AutoscalerSample | WorkloadSample

Seen = TypeVar("Seen", "AutoscalerSample", "WorkloadSample")
#: A sample is in force no longer than its instrument may be silent; both have one period.
SILENCE_NS = allowed_ns("autoscaler")


@dataclass(frozen=True, slots=True)
class Moment:
    """``[start_ns, end_ns)`` and what was in force in it; None where nobody looked."""

    start_ns: int
    end_ns: int
    autoscaler: AutoscalerSample | None
    workload: WorkloadSample | None

    @property
    def load_percent(self) -> float | None:
        """The autoscaler's CPU in percent of its target; None where it said neither or either."""
        seen = self.autoscaler
        if seen is None or seen.gone or seen.cpu_percent is None or not seen.cpu_target_percent:
            return None
        return 100 * seen.cpu_percent / seen.cpu_target_percent

    @property
    def over(self) -> bool:
        """Whether CPU was above target by more than the autoscaler's tolerance for scaling up."""
        seen, load = self.autoscaler, self.load_percent
        if seen is None or load is None:
            return False
        # The autoscaler's own comparison, of whole percents, in its own arithmetic.
        return load / 100 > 1 + (seen.scale_up.tolerance if seen.scale_up else TOLERANCE)

    @property
    def ready(self) -> bool | None:
        """Whether as many replicas were Ready as the autoscaler desired; None where unknown."""
        if self.autoscaler is None or self.workload is None or not self.autoscaler.desired:
            return None
        return self.workload.ready_replicas == self.autoscaler.desired


#: The controller's own, for samples that do not say it.
TOLERANCE = 0.1


def in_order(samples: Iterable[Seen]) -> list[Seen]:
    """Return samples by instant; two of one instant in an order that the file's does not change."""
    return sorted(samples, key=lambda sample: (sample.at_ns, repr(sample)))


def moments(timeline: Timeline) -> list[Moment]:
    """Return the whole record as moments, end to end; the last one ends with the plan."""
    scalers, workloads = in_order(timeline.autoscaler), in_order(timeline.workload)
    instants = {item.at_ns for item in scalers} | {item.at_ns for item in workloads}
    if not instants:
        return []
    last = max((phase.end_ns for phase in timeline.plan.phases), default=0)
    lapses = {at_ns + SILENCE_NS for at_ns in instants}
    edges = sorted({at for at in instants | lapses if at < last} | instants | {last})
    return [
        Moment(start, end, _in_force(scalers, start), _in_force(workloads, start))
        for start, end in pairwise(edges)
    ]


def _in_force(samples: Sequence[Seen], at_ns: int) -> Seen | None:
    """Return the sample in force: the last one, unless the instrument has been silent since."""
    index = bisect_right(samples, at_ns, key=lambda sample: sample.at_ns)
    if not index or samples[index - 1].at_ns + SILENCE_NS <= at_ns:
        return None
    return samples[index - 1]


def clipped(found: Iterable[Moment], spans: tuple[Span, ...]) -> list[Moment]:
    """Return what of these moments lies in the spans."""
    return [
        replace(item, start_ns=max(item.start_ns, start), end_ns=min(item.end_ns, end))
        for start, end in spans
        for item in found
        if item.start_ns < end and start < item.end_ns
    ]


def stretches(found: Iterable[Moment], holds: Callable[[Moment], bool]) -> list[Span]:
    """Return the longest stretches without a gap for which it holds, in order."""
    spans: list[Span] = []
    for item in found:
        if not holds(item):
            continue
        if spans and spans[-1][1] == item.start_ns:
            spans[-1] = (spans[-1][0], item.end_ns)
        else:
            spans.append((item.start_ns, item.end_ns))
    return spans


def in_spans(samples: Sequence[Seen], spans: tuple[Span, ...]) -> list[Seen]:
    """Return the samples, in order, that were in force at some instant of the spans."""
    ordered: list[Seen] = in_order(samples)
    last = max((end for _, end in spans), default=0)
    ends = [*(item.at_ns for item in ordered[1:]), last]
    return [
        item
        for item, until in zip(ordered, ends, strict=False)
        if any(
            item.at_ns < end and start < min(until, item.at_ns + SILENCE_NS) for start, end in spans
        )
    ]


def autoscaled(case: Case) -> list[AutoscalerSample]:
    """Return the autoscaler's samples in force in the case's phase, in order."""
    return in_spans(case.timeline.autoscaler, case.part.spans)


def sampled(samples: Sequence[Sample]) -> str:
    """Return how many samples, as a clause."""
    return f"in {count(len(samples), 'sample')}"
