"""What the load asked the autoscaler for: replicas by its CPU, and where the plan changes the rate.

The arithmetic of a recommendation is that of Kubernetes 1.37 (``GetResourceReplicas``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.slo.case import Case
    from seatrial.slo.rules.scaling.series import Moment
    from seatrial.slo.rules.scaling.steps import Step
    from seatrial.slo.spans import Span
    from seatrial.timeline import Phase, Timeline

#: The longest between two looks of the autoscaler: what it last said may be so old.
SYNC_NS = 15 * NANOSECONDS
#: A replica counts only once a whole window of its metrics lies after it became Ready.
COUNTED_NS = 60 * NANOSECONDS
#: A change of the rate within the autoscaler's own tolerance asks it for nothing.
NOTICED = 1.1


@dataclass(frozen=True, slots=True)
class Change:
    """Where the offered rate changes: from one phase's to the next one's, requests/s as sent.

    ``[start_ns, end_ns)`` is the phase with the new rate, as far as it is judged.
    """

    start_ns: int
    end_ns: int
    before: float
    after: float

    @property
    def words(self) -> str:
        """The change as it reads in a sentence."""
        verb = "rose" if self.after > self.before else "fell"
        return f"the load {verb} from {self.before:.0f} to {self.after:.0f} requests/s"


def change_of_load(case: Case, *, up: bool) -> Change | None:
    """Return the first rise (or fall) of the rate that begins in the case's phase; None of none."""
    phases = sorted(case.timeline.plan.phases, key=lambda phase: phase.start_ns)
    for earlier, phase in pairwise(phases):
        span = _within(phase, case.part.spans)
        before, after = rate(case.timeline, earlier), rate(case.timeline, phase)
        changed = after > NOTICED * before if up else before > NOTICED * after
        if changed and span is not None:
            return Change(*span, before, after)
    return None


def _within(phase: Phase, spans: tuple[Span, ...]) -> Span | None:
    """Return how much of the phase, from its very start, lies in one of the spans."""
    for start, end in spans:
        if start <= phase.start_ns < end:
            return phase.start_ns, min(phase.end_ns, end)
    return None


def rate(timeline: Timeline, phase: Phase) -> float:
    """Return the requests/s that were sent in a phase, by their intended start."""
    starts = timeline.requests["intended"]
    inside = (starts >= phase.start_ns) & (starts < phase.end_ns)
    sent = int(np.count_nonzero(inside & (timeline.requests["sent"] >= 0)))
    length = phase.end_ns - phase.start_ns
    return sent * NANOSECONDS / length if length > 0 else 0.0


def asked_for(record: Sequence[Moment], since_ns: int, step: Step) -> int:
    """Return the most replicas that the CPU asked for after ``since_ns`` and before the step.

    Only what the autoscaler certainly saw counts: CPU at an instant when every replica had long
    been Ready. Missing metrics can only have made it ask for more.
    """
    most = 0
    for index, moment in enumerate(record):
        if not since_ns < moment.start_ns < step.at_ns:
            continue
        # A status that stays is written once, and then only confirmed at each look.
        said_ns = max(_said_first(record, index), moment.start_ns - SYNC_NS)
        if said_ns > since_ns and _settled(record, index, said_ns - COUNTED_NS):
            most = max(most, recommended(moment))
    return most


def _said_first(record: Sequence[Moment], index: int) -> int:
    """Return since when it has said what it says at ``index``, as far back as a look."""
    first = record[index].start_ns
    for earlier in reversed(record[:index]):
        if (
            earlier.load_percent != record[index].load_percent
            or record[index].start_ns - first > SYNC_NS
        ):
            break
        first = earlier.start_ns
    return first


def _settled(record: Sequence[Moment], index: int, from_ns: int) -> bool:
    """Tell whether all desired replicas were Ready, and no other number, from then on."""
    count = record[index].autoscaler
    for back in range(index, -1, -1):
        seen = record[back].autoscaler
        if seen is None or count is None or seen.desired != count.desired or not record[back].ready:
            return False
        if record[back].start_ns <= from_ns:
            return True
    return False


def recommended(moment: Moment) -> int:
    """Return the least that the autoscaler can have recommended by its CPU; 0 where unknown."""
    seen, load = moment.autoscaler, moment.load_percent
    if seen is None or load is None:
        return 0
    tolerance = seen.scale_down.tolerance if seen.scale_down else 0.0
    if load / 100 >= 1 - tolerance:
        return seen.current
    return math.ceil(seen.current * load / 100 - 1e-9)
