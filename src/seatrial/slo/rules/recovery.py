"""Seconds from the fault until clients are served again, and until the replica is replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo import words
from seatrial.slo.case import Case, Found, too_small, undecided
from seatrial.slo.guards import allowed_ns
from seatrial.slo.running import running
from seatrial.slo.serving import Serving
from seatrial.slo.sliding import sliding
from seatrial.slo.spans import fault
from seatrial.slo.values import Outcome, PhaseName
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from seatrial.slo.sliding import Sliding
    from seatrial.timeline import FaultTarget, FaultWindow, ReplicaSample


def served_again(case: Case) -> Found:
    """Judge when the last interruption that began within the promised time was over.

    At an instant clients are served when, of the requests that start in the following
    ``window_s``, at least ``good_ratio`` are ok and at least ``fast_ratio`` are ok within
    ``within_ms``. An interruption that begins later is no part of this recovery: the fault
    window's other objectives judge it.
    """
    objective, part = case.objective, case.part
    if fault(case.timeline) is None or part.phase is not PhaseName.FAULT:
        return undecided("no fault was recorded to recover from")
    [(start, end)] = part.spans
    length = round((objective.window_s or 0) * NANOSECONDS)
    promised_ns = start + round(objective.value * NANOSECONDS)
    if not length or end - length <= promised_ns:
        why = "the fault window is too short to see the promised time"
        return undecided(why, guard="phase-too-short", n=part.n)
    serving = _serving(case, sliding(part.spans, part.intended, length))
    if serving.fewest(promised_ns, objective.floor) < objective.floor:
        return too_small(objective.floor, "requests in every stretch", n=part.n, seen="fewer")
    over = serving.last_interruption_over(promised_ns)
    if over is None:
        seen = f"not within the fault window's {(end - start) / NANOSECONDS:.0f} s"
        return Found(Outcome.FAIL, None, part.n, seen, why=_interrupted(case), against=~part.ok)
    seconds = max(0, over - start) / NANOSECONDS
    held = objective.op.holds(seconds, objective.value)
    if held and len(case.timeline.faults) > 1:
        return undecided("of several faults only what followed the first is measured", n=part.n)
    seen = f"served again {words.upward(seconds)} s after the fault"
    bound = f"as observed, success and latency held over {objective.window_s:g} s from then on"
    outcome, why = Outcome.PASS if held else Outcome.FAIL, _interrupted(case)
    return Found(outcome, seconds, part.n, seen, bound, why, ~part.ok)


def _interrupted(case: Case) -> str:
    return words.failures(case.timeline, case.part.those(~case.part.ok))


def _serving(case: Case, blocks: Sliding) -> Serving:
    objective, part = case.objective, case.part
    fast = part.ok & part.faster(objective.within_ms) if objective.within_ms else part.ok
    return Serving(
        blocks=blocks,
        bad=running(~part.ok),
        slow=running(~fast),
        good_ratio=objective.good_ratio or 0,
        fast_ratio=objective.fast_ratio or 0,
    )


def replica_replaced(case: Case) -> Found:
    """Judge when each killed replica's successor was first seen Ready; the slowest counts."""
    faults = case.timeline.faults
    if not any(hit.targets for hit in faults):
        return undecided("no fault with a known target was recorded")
    return max(
        (_replaced(case, hit, target) for hit in faults for target in hit.targets),
        key=lambda found: (found.outcome.rank, found.value or 0.0),
    )


def _replaced(case: Case, hit: FaultWindow, target: FaultTarget) -> Found:
    samples = sorted(case.timeline.replicas, key=lambda sample: sample.at_ns)
    n, limit = len(samples), hit.started_ns + round(case.objective.value * NANOSECONDS)
    ready = [item for item in samples if _succeeds(item, target, hit) and item.ready]
    if ready:
        return _seen_ready(case, hit, target, ready[0])
    last = samples[-1].at_ns if samples else hit.started_ns
    watched = f"{max(0, last - hit.started_ns) / NANOSECONDS:.0f} s"
    seen = f"no successor of {target.name} Ready within the {watched} watched"
    if last < limit:
        return undecided("the record ends before the promised time is over", n=n, seen=seen)
    return Found(Outcome.FAIL, None, n, seen)


def _succeeds(sample: ReplicaSample, target: FaultTarget, hit: FaultWindow) -> bool:
    """Tell whether the sample shows the target's successor: by its uid, else by name and uid."""
    if sample.at_ns < hit.started_ns or sample.gone or sample.uid == target.uid_before:
        return False
    if target.uid_after:
        return sample.uid == target.uid_after
    return sample.name == target.name


def _seen_ready(case: Case, hit: FaultWindow, target: FaultTarget, first: ReplicaSample) -> Found:
    seconds = (first.at_ns - hit.started_ns) / NANOSECONDS
    seen = f"{first.name} Ready {words.upward(seconds)} s after the fault took {target.name}"
    samples = case.timeline.replicas
    if case.objective.op.holds(seconds, case.objective.value):
        bound = "as observed, of this fault only"
        return Found(Outcome.PASS, seconds, len(samples), seen, bound, instants=(first.at_ns,))
    before = max((item.at_ns for item in samples if item.at_ns < first.at_ns), default=0)
    if first.at_ns - before > allowed_ns("replicas"):
        why = "nothing was watched just before, it may have been Ready in time"
        return undecided(why, n=len(samples), seen=seen, value=seconds)
    return Found(Outcome.FAIL, seconds, len(samples), seen, instants=(first.at_ns,))
