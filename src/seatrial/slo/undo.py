"""Seatrial's own promise in every trial with a fault: nothing of it is left in the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo import words
from seatrial.slo.values import Indicator, Outcome, PhaseName, Verdict

if TYPE_CHECKING:
    from seatrial.timeline import Timeline

TITLE = "every fault undone"
PROMISED = "= 0 faults still in the cluster"


def undo(timeline: Timeline) -> Verdict | None:
    """Return the verdict on the undo; None where the plan has no experiment."""
    if not timeline.plan.experiment:
        return None
    faults = timeline.faults
    left = [hit for hit in faults if not hit.undone]
    outcome = Outcome.FAIL if left else Outcome.PASS if faults else Outcome.INCONCLUSIVE
    seen = f"{len(left)} of {words.count(len(faults), 'fault')}" if faults else "no fault recorded"
    names = ", ".join(f"{hit.name} ({hit.note})" if hit.note else hit.name for hit in left)
    why = f"; undo by hand: {names}" if left else ""
    return Verdict(
        objective="undo",
        title=TITLE,
        indicator=Indicator.UNDO,
        phase=PhaseName.WHOLE,
        outcome=outcome,
        promised=PROMISED,
        seen=seen,
        bound=None,
        n=len(faults),
        reason=f"{outcome} {TITLE}: promised {PROMISED}, seen {seen}{why}",
        value=float(len(left)) if faults else None,
        severity="blocker",
        guards=() if faults else ("fault-missing",),
    )
