"""Seconds from the fault until clients are served again, and until replicas are made good."""

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

#: What a target is whose recovery is promised.
REPLICA = "replica"


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
    """Judge when each replica that was hit was made good; the slowest counts.

    One that was replaced is made good once its successor is first seen Ready; one that came back
    itself (its server killed, its processes stopped), once the last interruption of its being
    Ready that began within the promised time is over. What else a fault hit is no part of it.
    """
    hits = [
        (hit, target)
        for hit in case.timeline.faults
        for target in hit.targets
        if target.what == REPLICA
    ]
    if not hits:
        return undecided("no fault with a known replica as its target was recorded")
    return max(
        (_made_good(case, hit, target) for hit, target in hits),
        key=lambda found: (found.outcome.rank, found.value or 0.0),
    )


def _made_good(case: Case, hit: FaultWindow, target: FaultTarget) -> Found:
    samples = sorted(case.timeline.replicas, key=lambda sample: sample.at_ns)
    limit = hit.started_ns + round(case.objective.value * NANOSECONDS)
    if target.uid_after == target.uid_before:
        return _came_back(case, hit, target, samples, limit)
    ready = [item for item in samples if _succeeds(item, target, hit) and item.ready]
    if ready:
        return _seen_ready(case, hit, f"the fault took {target.name}", ready[0])
    return _never(hit, f"no successor of {target.name} Ready", samples, limit)


def _came_back(
    case: Case,
    hit: FaultWindow,
    target: FaultTarget,
    samples: list[ReplicaSample],
    limit: int,
) -> Found:
    """Judge a replica that kept its uid: Ready again, or all the time."""
    own = [item for item in samples if item.uid == target.uid_before]
    before = [item for item in own if item.at_ns < hit.started_ns]
    after = own[len(before) :]
    earlier = [*(before[-1:] or after[:1]), *after]
    down = [
        later
        for sooner, later in zip(earlier, after, strict=False)
        if later.at_ns <= limit and (not later.ready or later.restarts > sooner.restarts)
    ]
    if down:
        ready = [item for item in after if item.at_ns >= down[-1].at_ns and item.ready]
        if ready:
            return _seen_ready(case, hit, "the fault", ready[0])
        return _never(hit, f"{target.name} not Ready again", samples, limit)
    if not after or samples[-1].at_ns < limit:
        return _never(hit, f"{target.name} not seen to be hurt", samples, limit)
    bound = "as observed, of this fault only"
    return Found(Outcome.PASS, 0.0, len(samples), f"{target.name} Ready all the time", bound)


def _never(hit: FaultWindow, what: str, samples: list[ReplicaSample], limit: int) -> Found:
    """Return what was not seen: a FAIL where it was watched for, to the end of the promise."""
    n, last = len(samples), samples[-1].at_ns if samples else hit.started_ns
    seen = f"{what} within the {max(0, last - hit.started_ns) / NANOSECONDS:.0f} s watched"
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


def _seen_ready(case: Case, hit: FaultWindow, since: str, first: ReplicaSample) -> Found:
    seconds = (first.at_ns - hit.started_ns) / NANOSECONDS
    seen = f"{first.name} Ready {words.upward(seconds)} s after {since}"
    samples = case.timeline.replicas
    if case.objective.op.holds(seconds, case.objective.value):
        bound = "as observed, of this fault only"
        return Found(Outcome.PASS, seconds, len(samples), seen, bound, instants=(first.at_ns,))
    before = max((item.at_ns for item in samples if item.at_ns < first.at_ns), default=0)
    if first.at_ns - before > allowed_ns("replicas"):
        why = "nothing was watched just before, it may have been Ready in time"
        return undecided(why, n=len(samples), seen=seen, value=seconds)
    return Found(Outcome.FAIL, seconds, len(samples), seen, instants=(first.at_ns,))
