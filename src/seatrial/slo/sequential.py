"""The sequential rule: when a trial may be cut short, and what confidence that costs.

A live reader looks at fixed, planned instants and may have the load cut; it decides nothing. The
verdict comes from the saved Timeline as ever, at the confidence that these looks leave: interim
looks at 99.9 % each and the end at what remains of 5 % (Haybittle 1971, Peto et al. 1976; added
up, so it holds whatever the looks have in common). So a service worse than promised passes no
more often than in a trial without looks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seatrial.slo.values import CONFIDENCE
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from seatrial.timeline import LoadReport, Phase, Plan

#: The error of one interim look; the end has what 5 % leaves.
LOOK_ERROR = 0.001
#: Looks are this far apart at least, and no more than so many: the end keeps 3 %.
LOOK_EVERY_NS = 10 * NANOSECONDS
MOST_LOOKS = 20
#: From a look to its cut: time to read, to judge and to tell the load process.
CUT_AFTER_NS = 2 * NANOSECONDS


def interim_confidence() -> float:
    """Return the one-sided confidence of a trial that was cut."""
    return 1 - LOOK_ERROR


def final_confidence(looks: int) -> float:
    """Return the one-sided confidence of a trial that had so many looks and ran to its end."""
    return CONFIDENCE + LOOK_ERROR * looks


def confidence(plan: Plan, report: LoadReport | None) -> float:
    """Return the one-sided confidence that this trial's bounds must have."""
    if not plan.looks:
        return CONFIDENCE
    cut = report is not None and report.cut_ns
    return interim_confidence() if cut else final_confidence(plan.looks)


def as_held(plan: Plan, report: LoadReport | None) -> tuple[Phase, ...]:
    """Return the plan's phases up to the cut; one that was cut has no planned count any more."""
    cut = report.cut_ns if report is not None else 0
    if not cut:
        return plan.phases
    begun = (phase for phase in plan.phases if phase.start_ns < cut)
    return tuple(
        phase if phase.end_ns <= cut else replace(phase, end_ns=cut, rate=0.0) for phase in begun
    )


def looks_in(start_ns: int, end_ns: int) -> int:
    """Return how many looks a last phase ``[start_ns, end_ns)`` is given."""
    return min(MOST_LOOKS, (end_ns - start_ns) // 2 // LOOK_EVERY_NS)


def cuts(plan: Plan) -> tuple[int, ...]:
    """Return the only instants (ns since the epoch) at which the plan's load may be cut, in order.

    They lie evenly in the second half of the last phase. What comes before that phase is recorded
    whole; and failures that come in bursts need time to be seen at all.
    """
    if not plan.looks:
        return ()
    last = plan.phases[-1]
    half = (last.end_ns - last.start_ns) // 2
    return tuple(last.start_ns + half + half * look // plan.looks for look in range(plan.looks))
