"""The judge: a trial's record and its objectives into verdicts. Pure; it reads and writes nothing.

For each objective its rule measures and decides, then the guards that apply are laid over it: a
void guard makes it INCONCLUSIVE, any other keeps it from PASS but not from FAIL. A rule that
crashes makes its objective INCONCLUSIVE, never the others.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from seatrial.slo import budget, words
from seatrial.slo.case import Case, Found, undecided
from seatrial.slo.guards import Guard, raised
from seatrial.slo.guards.undecided import unable
from seatrial.slo.records import behind
from seatrial.slo.rules import RULES, UNDONE, by_origin
from seatrial.slo.values import Indicator, Objective, Outcome, Records, Verdict
from seatrial.slo.windows import window, windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.timeline import Timeline

UNITS: dict[Indicator, str] = {
    Indicator.MEAN_LATENCY: " ms",
    Indicator.TIMEOUTS: " timeouts",
    Indicator.THROUGHPUT: " ok answers/s",
    Indicator.REPLICA_RANGE: " samples outside the plan's range",
    Indicator.SCALING_ACTIVE: " s without an active autoscaler",
    Indicator.SCALE_UP_LAG: " s after the load rose",
    Indicator.SCALE_DOWN_LAG: " s after the load fell",
    Indicator.SCALING_STEPS: " steps beyond the HPA's policies",
    Indicator.SCALING_REVERSALS: " changes of direction in one stabilisation window",
    Indicator.EARLY_DOWN_STEPS: " steps down inside the down window",
    Indicator.REPLICA_WRITERS: " writes of spec.replicas by anyone but the HPA",
    Indicator.READY_LAG: " s with Ready off desired",
    Indicator.READY_REPLICAS: " Ready",
    Indicator.REPLICA_SPREAD: " % off a fair share",
    Indicator.ARM_SPLIT: " points off the plan's split",
    Indicator.SERVED_AGAIN: " s after the fault",
    Indicator.REPLICA_REPLACED: " s after the fault",
    Indicator.PARITY: " answers that differ from the golden set",
    Indicator.PROXY_RETRIES: " retries for 100 good answers",
    Indicator.EJECTIONS: " ejections",
    Indicator.PROXY_OVERFLOWS: " overflows",
    Indicator.UNDO: " faults still in the cluster",
}


def judge(timeline: Timeline, objectives: Sequence[Objective]) -> tuple[Verdict, ...]:
    """Return one verdict for each objective of the trial's scenario, in their order.

    What is promised in other scenarios, or under other faults, only is left out. A plan with an
    experiment has one more at the end, ``undo``, unless an objective asks for it: a fault left
    behind is an outage of its own.
    No objectives give no verdict, which ``Outcome.worst`` calls INCONCLUSIVE.

    Raises ValueError when two objectives share a name.
    """
    asked = [item for item in objectives if item.promised_in(timeline.plan)]
    if asked and timeline.plan.experiment and not _asks_for_undo(asked):
        asked.append(UNDONE)
    names = [item.name for item in asked]
    if len(set(names)) < len(names):
        raise ValueError(f"objectives share a name: {sorted(names)}")
    try:
        cut = windows(timeline, {item.phase for item in asked})
    except Exception as error:  # noqa: BLE001 -- a damaged record must not read as a FAIL
        return tuple(_crashed(item, error) for item in asked)
    return tuple(_verdict(Case(timeline, cut[item.phase], item)) for item in asked)


def records_of(timeline: Timeline, objective: Objective) -> tuple[Records, ...]:
    """Return where all the records behind the objective's verdict are, not only the first."""
    case = Case(timeline, window(timeline, objective.phase), objective)
    return behind(case, measured(case), limit=None)


def _asks_for_undo(objectives: Sequence[Objective]) -> bool:
    return any(item.indicator is Indicator.UNDO for item in objectives)


def _verdict(case: Case) -> Verdict:
    try:
        return _judged(case)
    except Exception as error:  # noqa: BLE001 -- a crash here must not take other verdicts along
        return _crashed(case.objective, error)


def _crashed(objective: Objective, error: Exception) -> Verdict:
    """Return INCONCLUSIVE; nothing that may have crashed is asked again."""
    guard = unable("judge-crashed", f"the judge crashed: {type(error).__name__}: {error}")
    promise = f"{objective.indicator} {objective.op.sign} {objective.value}"
    found = Found(Outcome.INCONCLUSIVE, None, 0, "nothing")
    return Verdict(
        objective=objective.name,
        title=objective.title,
        indicator=objective.indicator,
        phase=objective.phase,
        outcome=found.outcome,
        promised=promise,
        seen=found.seen,
        bound=None,
        n=0,
        reason=_reason(objective, promise, found, (guard,)),
        severity=objective.severity,
        guards=(guard.name,),
    )


def _judged(case: Case) -> Verdict:
    objective = case.objective
    found, guards = measured(case), raised(case.timeline, case.part, objective)
    promise, records = promised(objective), behind(case, found)
    outcome = _guarded(found.outcome, guards)
    guards = guards if found.guard is None else (*guards, found.guard)
    spent = None if any(guard.void for guard in guards) else budget.spent(case, found)
    told = replace(_told(objective, found, spent), outcome=outcome)
    return Verdict(
        objective=objective.name,
        title=objective.title,
        indicator=objective.indicator,
        phase=objective.phase,
        outcome=outcome,
        promised=promise,
        seen=found.seen,
        bound=found.bound,
        n=found.n,
        reason=_reason(objective, promise, told, guards),
        value=found.value,
        severity=objective.severity,
        guards=tuple(dict.fromkeys(guard.name for guard in guards)),
        records=records,
        budget_spent=spent,
        kept_by_retries=found.kept_by_retries and outcome is Outcome.PASS,
    )


def _told(objective: Objective, found: Found, spent: float | None) -> Found:
    """Return what was found with the budget it spent as its last words."""
    if not spent or objective.budget_s is None:
        return found
    return found.noting(budget.sentence(spent, objective.budget_s))


def measured(case: Case) -> Found:
    """Apply the objective's rule; a measurement that is no number decides nothing."""
    if not case.part.spans:
        why = f"the plan has nothing {case.objective.phase.words}"
        return undecided(why, guard="no-such-phase")
    if not math.isfinite(case.objective.value):
        why = f"what was promised is no number: {case.objective.value}"
        return undecided(why, guard="not-a-number", n=case.part.n)
    asks_whose = case.objective.arm is not None or case.objective.each is not None
    found = by_origin(case) if asks_whose else RULES[case.objective.indicator](case)
    if found.value is not None and not math.isfinite(found.value):
        why = f"what was measured is no number: {found.value}"
        return undecided(why, guard="not-a-number", n=found.n)
    return found


def _guarded(outcome: Outcome, guards: tuple[Guard, ...]) -> Outcome:
    if any(guard.void for guard in guards):
        return Outcome.INCONCLUSIVE
    return Outcome.INCONCLUSIVE if guards and outcome is Outcome.PASS else outcome


def promised(objective: Objective) -> str:
    """Return the promise as a clause, with its unit."""
    whose = f" of arm {objective.arm}" if objective.arm else ""
    whose = f" of each {objective.each}" if objective.each else whose
    if objective.indicator is Indicator.LATENCY:
        rank = 100 * objective.value
        return f"P{rank:g}{whose} < {objective.within_ms:g} ms"
    if objective.bad:
        share = f"share without {' or '.join(objective.bad)}"
        return f"{share}{whose} {objective.op.sign} {words.ratio(objective.value)}"
    if objective.indicator is Indicator.SUCCESS:
        return f"success{whose} {objective.op.sign} {words.ratio(objective.value)}"
    if objective.indicator is Indicator.FIRST_ATTEMPT:
        return f"first attempts{whose} {objective.op.sign} {words.ratio(objective.value)}"
    return f"{objective.op.sign} {objective.value:g}{UNITS[objective.indicator]}{whose}"


def _reason(objective: Objective, promise: str, found: Found, guards: tuple[Guard, ...]) -> str:
    """Say in one line what was promised, seen and supported, and why this is the outcome."""
    what = f"{found.outcome} {objective.title} {objective.phase.words}"
    parts = [f"{what}: promised {promise}, seen {found.seen}"]
    if found.bound:
        parts.append(found.bound)
    parts.extend(str(guard) for guard in guards)
    if found.why:
        parts.append(found.why)
    return " ".join("; ".join(parts).split())
