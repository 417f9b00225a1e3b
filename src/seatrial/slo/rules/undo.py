"""Seatrial's own promise in every trial with a fault: nothing of it is left in the cluster."""

from __future__ import annotations

from seatrial.slo import words
from seatrial.slo.case import Case, Found, undecided
from seatrial.slo.values import Indicator, Objective, Op, Outcome, PhaseName

#: Judged in every trial with an experiment, also when no document asks for it.
UNDONE = Objective(
    name="undo",
    title="every fault is undone",
    indicator=Indicator.UNDO,
    phase=PhaseName.WHOLE,
    op=Op.LTE,
    value=0.0,
    severity="blocker",
)


def undo(case: Case) -> Found:
    """Judge how many of the trial's faults are still in the cluster; one is one too many."""
    faults = case.timeline.faults
    if not faults:
        return undecided("no fault was recorded, so nobody knows whether one was left")
    left = [hit for hit in faults if not hit.undone]
    seen = f"{len(left)} of {words.count(len(faults), 'fault')}"
    if not case.objective.op.holds(len(left), case.objective.value):
        names = ", ".join(f"{hit.name} ({hit.note})" if hit.note else hit.name for hit in left)
        return Found(Outcome.FAIL, len(left), len(faults), seen, why=f"undo by hand: {names}")
    return Found(Outcome.PASS, len(left), len(faults), seen)
