"""How the autoscaler moved: within its policies, without wavering, not down too early."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from seatrial.slo import words
from seatrial.slo.case import Case, Found, undecided
from seatrial.slo.rules.scaling.demand import asked_for
from seatrial.slo.rules.scaling.series import autoscaled, moments, sampled
from seatrial.slo.rules.scaling.steps import SEEN_NS, beyond, inside, reach_ns, steps
from seatrial.slo.values import Outcome
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.slo.rules.scaling.steps import Step


def scaling_steps(case: Case) -> Found:
    """Judge the count of steps further than the autoscaler's policies allow in their period."""
    every = steps(case.timeline)
    mine = inside(every, case.part.spans)
    if any(step.rules is None for step in mine):
        return _unsaid(case, mine)
    too_far = [
        step for step in mine if step.rules and beyond(step, step.rules, every[: every.index(step)])
    ]
    began = min((item.at_ns for item in case.timeline.autoscaler), default=0)
    # What it did before the record began may have given it more.
    proven = [s for s in too_far if s.rules and s.at_ns - reach_ns(s.rules) >= began]
    found = _counted(case, mine, proven, "beyond the policies")
    if found.outcome is Outcome.PASS and too_far != proven:
        return undecided(
            f"{too_far[0].words} may be too far: the record does not show the period before it",
            n=found.n,
            seen=found.seen,
        )
    return found


def scaling_reversals(case: Case) -> Found:
    """Judge the most changes of direction within one stabilisation window, the longer of both."""
    every = steps(case.timeline)
    turns = [step for earlier, step in pairwise(every) if (earlier.change > 0) != (step.change > 0)]
    mine = inside(turns, case.part.spans)
    if any(step.rules is None for step in mine):
        return _unsaid(case, mine)
    groups = [
        [turn for turn in mine if step.at_ns - step.window_ns - SEEN_NS < turn.at_ns <= step.at_ns]
        for step in mine
    ]
    most = max(groups, key=len, default=[])
    value, samples = float(len(most)), autoscaled(case)
    seen = f"{len(most)} at the most {sampled(samples)}"
    if case.objective.op.holds(value, case.objective.value):
        return Found(Outcome.PASS, value, len(samples), seen, "as observed, throughout")
    return Found(
        Outcome.FAIL, value, len(samples), seen, why=_listed(case, most), instants=_instants(most)
    )


def early_down_steps(case: Case) -> Found:
    """Judge the count of steps down to fewer than was asked for within the down window before.

    More is asked for by a step up, and by the CPU in a status that counted all replicas.
    """
    every = steps(case.timeline)
    down = [step for step in inside(every, case.part.spans) if step.change < 0]
    if any(step.rules is None for step in down):
        return _unsaid(case, down)
    record = moments(case.timeline)
    early = []
    for step in down:
        since = step.at_ns - _down_window(step) + SEEN_NS
        stepped = any(
            since < past.at_ns < step.at_ns and past.change > 0 and not past.corrects
            for past in every
            if past.after > step.after
        )
        if not step.corrects and (stepped or asked_for(record, since, step) > step.after):
            early.append(step)
    return _counted(case, down, early, "inside the down window")


def _down_window(step: Step) -> int:
    return step.rules.stabilization_s * NANOSECONDS if step.rules else 0


def _counted(case: Case, judged: Sequence[Step], bad: Sequence[Step], fault: str) -> Found:
    value, samples = float(len(bad)), autoscaled(case)
    kind = words.count(len(judged), "step")
    seen = f"{len(bad)} {fault} of {kind} {sampled(samples)}"
    if case.objective.op.holds(value, case.objective.value):
        return Found(Outcome.PASS, value, len(samples), seen, "as observed, throughout")
    return Found(
        Outcome.FAIL, value, len(samples), seen, why=_listed(case, bad), instants=_instants(bad)
    )


def _unsaid(case: Case, found: Sequence[Step]) -> Found:
    why = "the samples do not say the autoscaler's scaling rules"
    return undecided(why, n=len(autoscaled(case)), seen=words.count(len(found), "step"))


def _listed(case: Case, found: Sequence[Step]) -> str:
    return ", ".join(
        f"{step.words} {words.since_fault(case.timeline, step.at_ns)}" for step in found
    )


def _instants(found: Sequence[Step]) -> tuple[int, ...]:
    return tuple(step.at_ns for step in found)
