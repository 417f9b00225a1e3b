"""What each verdict on scaling says beside its own: saturation, and an autoscaler that is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seatrial.slo import words
from seatrial.slo.guards.undecided import unable
from seatrial.slo.rules.scaling.series import Moment, autoscaled, clipped, moments, stretches
from seatrial.slo.values import Outcome
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seatrial.slo.case import Case, Found
    from seatrial.slo.spans import Span


#: With every replica Ready for so long, the CPU that the autoscaler sees is of these replicas.
SURE_NS = 30 * NANOSECONDS


def told(rule: Callable[[Case], Found], case: Case) -> Found:
    """Apply a rule, and say what it does not; without an autoscaler nothing passes."""
    found, lost = rule(case), _lost(case)
    if lost and found.outcome is Outcome.PASS:
        guard = unable("not-measured", lost)
        found = replace(found, outcome=Outcome.INCONCLUSIVE, why="", guard=guard)
    said = saturation(case)
    return found if said in found.why else found.noting(said)


def _lost(case: Case) -> str:
    """Say why there was no autoscaler all the time; "" where there was."""
    samples = autoscaled(case)
    gone = next((item for item in samples if item.gone), None)
    if gone is not None:
        return f"the HPA was deleted {words.since_fault(case.timeline, gone.at_ns)}"
    return "" if samples else "no sample of the autoscaler"


def saturated(moment: Moment) -> bool:
    """Tell whether the autoscaler was at its maximum, all of it Ready, and CPU still too high."""
    seen = moment.autoscaler
    if seen is None or not moment.over or not moment.ready:
        return False
    return seen.desired >= seen.maximum


def saturated_spans(found: Sequence[Moment]) -> list[Span]:
    """Return the stretches of saturation long enough to be the CPU of all replicas."""
    return [span for span in stretches(found, saturated) if span[1] - span[0] >= SURE_NS]


def saturation(case: Case) -> str:
    """Say when the autoscaler had nothing left to add in this phase; "" where it always had."""
    found = clipped(moments(case.timeline), case.part.spans)
    spans = saturated_spans(found)
    if not spans:
        return ""
    start, end = max(spans, key=lambda span: span[1] - span[0])
    inside = [item for item in found if start <= item.start_ns < end]
    worst = max(inside, key=lambda item: item.load_percent or 0)
    when = words.since_fault(case.timeline, start)
    size = worst.autoscaler.maximum if worst.autoscaler else 0
    seconds = (end - start) / NANOSECONDS
    return (
        f"at the maximum of {size} and saturated: {cpu(worst)}, for {seconds:.0f} s from {when} on"
    )


def cpu(moment: Moment) -> str:
    """Return the CPU and its target as a clause."""
    seen = moment.autoscaler
    if seen is None or seen.cpu_percent is None:
        return "CPU unknown"
    return f"CPU {seen.cpu_percent} % of a target of {seen.cpu_target_percent} %"


def total_s(spans: Sequence[Span]) -> float:
    """Return the length of all spans in s."""
    return sum(end - start for start, end in spans) / NANOSECONDS
