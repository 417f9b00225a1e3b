"""What was not seen, or can't be judged, never passes: late and several faults, gaps, crashes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from seatrial import slo
from seatrial.slo import Indicator, Objective, Op, Outcome, PhaseName
from seatrial.timeline import Evidence, FaultTarget, FaultWindow

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

READY = Objective("r", "r", Indicator.READY_REPLICAS, PhaseName.FAULT, Op.GTE, 2.0)
REPLACED = Objective("r", "r", Indicator.REPLICA_REPLACED, PhaseName.FAULT, Op.LTE, 60.0)
SERVED = Objective(
    "s",
    "s",
    Indicator.SERVED_AGAIN,
    PhaseName.FAULT,
    Op.LTE,
    20.0,
    within_ms=50.0,
    window_s=5.0,
    good_ratio=0.9,
    fast_ratio=0.9,
)
RATE = Objective("t", "t", Indicator.THROUGHPUT, PhaseName.OUTSIDE, Op.GTE, 50.0, window_s=10.0)


def verdict(trial: Trial, objective: Objective) -> slo.Verdict:
    """Judge one promise."""
    return slo.judge(trial.timeline(), [objective])[0]


def strike_twice(trial: Trial, at_s: int) -> None:
    """Let a second fault take mlserver-2, which nobody replaces."""
    second = FaultWindow(
        name="second",
        kind="kill-replica",
        started_ns=at_s * trial.second,
        ended_ns=(at_s + 5) * trial.second,
        targets=(FaultTarget("mlserver-2", "c", "z", "10.0.0.3"),),
        evidence=(Evidence("gone", held=True, detail="uid c is gone"),),
        undone=True,
    )
    trial.faults = (*trial.faults, second)


@pytest.mark.parametrize(("at_s", "late"), [(69, False), (71, True), (99, True)])
def test_a_fault_in_the_second_half_of_its_phase_was_not_watched_long_enough(
    trial: Trial, at_s: int, *, late: bool
) -> None:
    """A window of a second shows hardly what a fault does: a phase of 60 s was planned for it."""
    trial.fault(started_ns=at_s * trial.second, ended_ns=100 * trial.second)
    found = verdict(trial, READY)
    assert found.guards == (("fault-late",) if late else ())
    assert found.outcome is (Outcome.INCONCLUSIVE if late else Outcome.PASS)


def test_each_fault_must_be_replaced(trial: Trial) -> None:
    """The first fault's successor says nothing of the second one's."""
    assert verdict(trial, REPLACED).outcome is Outcome.PASS
    strike_twice(trial, 60)
    found = verdict(trial, REPLACED)
    assert found.outcome is Outcome.FAIL
    assert "no successor of mlserver-2" in found.reason


def test_of_several_faults_no_recovery_is_passed(trial: Trial) -> None:
    """Only what followed the first is measured: the second's interruption began too late for it."""
    assert verdict(trial, SERVED).outcome is Outcome.PASS
    strike_twice(trial, 75)
    trial.fail(trial.at(75, 90))
    found = verdict(trial, SERVED)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "of several faults" in found.reason


def test_throughput_passes_no_part_that_is_too_short_to_be_seen(trial: Trial) -> None:
    """9 s after the fault without one answer hold no stretch of 10 s; before it all was well."""
    settle, baseline, fault, recovery = trial.plan.phases
    edge = 121 * trial.second
    after = (replace(fault, end_ns=edge), replace(recovery, start_ns=edge))
    trial.plan = replace(trial.plan, phases=(settle, baseline, *after))
    trial.fail(trial.at(121, 130))
    found = verdict(trial, RATE)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.guards == ("phase-too-short",)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "promise", [READY, REPLACED, SERVED, RATE], ids=lambda item: item.indicator
)
def test_a_promise_that_is_no_number_decides_nothing(
    trial: Trial, promise: Objective, value: float
) -> None:
    """Documents refuse them; an objective made by hand must not pass by comparing with nothing."""
    found = verdict(trial, replace(promise, value=value))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.guards == ("not-a-number",)


def test_a_promise_that_has_no_words_is_inconclusive_and_spares_the_others(trial: Trial) -> None:
    """A latency without a limit can't even be said: that crash is a verdict like any other."""
    nameless = Objective("l", "l", Indicator.LATENCY, PhaseName.WHOLE, Op.GTE, 0.9)
    broken, fine, _ = slo.judge(trial.timeline(), [nameless, READY])
    assert broken.outcome is Outcome.INCONCLUSIVE
    assert broken.guards == ("judge-crashed",)
    assert "TypeError" in broken.reason
    assert fine.outcome is Outcome.PASS


def test_a_record_that_can_not_be_cut_into_phases_is_inconclusive(trial: Trial) -> None:
    """Where nothing can be measured at all, no exception takes the verdicts along."""
    phases = tuple(replace(phase, rate=math.inf) for phase in trial.plan.phases)
    trial.plan = replace(trial.plan, phases=phases)
    found = trial.verdicts().values()
    assert {item.outcome for item in found} == {Outcome.INCONCLUSIVE}
    assert {item.guards for item in found} == {("judge-crashed",)}
