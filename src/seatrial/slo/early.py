"""Whether a record so far decides every objective: the pure half of stopping early.

It says what a live reader may have the load cut for; no verdict comes from here. The record it is
given ends with a cut (``LoadReport.cut_ns``), so its bounds have an interim look's confidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo import bounds
from seatrial.slo.case import Case
from seatrial.slo.guards import Load, needs_of
from seatrial.slo.judge import measured
from seatrial.slo.spans import spans
from seatrial.slo.values import Indicator, Outcome
from seatrial.slo.windows import windows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.slo.values import Objective
    from seatrial.timeline import Timeline

#: Decided by a bound, which more requests tighten.
BOUNDED = (Indicator.SUCCESS, Indicator.LATENCY, Indicator.MEAN_LATENCY, Indicator.ARM_SPLIT)


def waiting(timeline: Timeline, objectives: Iterable[Objective]) -> tuple[str, ...]:
    """Return the names of the objectives for which the load has to go on.

    One of a phase that is over needs no more of it. In the phase that still runs a bound must meet
    the promise, or an upper one miss it; what is judged as observed by requests must have seen its
    floor; and what is read from samples (replicas, the autoscaler) is promised of the whole phase.
    """
    plan, report = timeline.plan, timeline.load
    until = report.cut_ns if report is not None else 0
    asked = [item for item in objectives if item.promised_in(plan)]
    parts = windows(timeline, {item.phase for item in asked})
    return tuple(
        item.name
        for item in asked
        if any(end > until for _, end in spans(plan, None, item.phase))
        and not _decided(Case(timeline, parts[item.phase], item))
    )


def _decided(case: Case) -> bool:
    objective, n = case.objective, case.part.n
    if needs_of(objective).load is not Load.MEASURES:
        return False
    if objective.indicator not in BOUNDED:
        return n >= objective.floor
    if not n:
        return False
    found = measured(case)
    if found.outcome is not Outcome.FAIL:
        return found.outcome is Outcome.PASS
    if objective.indicator not in (Indicator.SUCCESS, Indicator.LATENCY) or found.value is None:
        return False
    good = round(found.value * found.n)
    highest = bounds.clopper_pearson_upper(good, found.n, case.confidence)
    return not objective.op.holds(highest, objective.value)
