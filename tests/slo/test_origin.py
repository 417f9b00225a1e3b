"""Objectives of one arm, each arm and each replica, and requests of unknown origin."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial.slo import Each, Indicator, Objective, Op, Outcome, PhaseName, Verdict, judge

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

SUCCESS = Objective(
    "success", "success", Indicator.SUCCESS, PhaseName.WHOLE, Op.GTE, 0.99, floor=1000
)
EACH_ARM = replace(SUCCESS, each=Each.ARM)
EACH_REPLICA = replace(SUCCESS, each=Each.REPLICA)
ONE_ARM = replace(SUCCESS, arm="enhanced-predictor")


def verdict(trial: Trial, objective: Objective) -> Verdict:
    """Judge the trial by one objective."""
    return judge(trial.timeline(), [objective])[0]


def answered(trial: Trial, field: str, code: int, every: int) -> None:
    """Let every so-manieth request of one arm or replica be answered with 500 by it."""
    mine = np.flatnonzero(trial.requests[field] == code)[::every]
    trial.requests["outcome"][mine] = 1
    trial.requests["error"][mine] = 1
    trial.requests["status"][mine] = 500


@pytest.mark.parametrize("objective", [ONE_ARM, EACH_ARM, EACH_REPLICA], ids=["arm", "arms", "all"])
def test_a_healthy_trial_keeps_the_promise_for_each(trial: Trial, objective: Objective) -> None:
    """Nothing failed: every arm and every replica passes."""
    assert verdict(trial, objective).outcome is Outcome.PASS


def test_the_worst_arm_decides_and_is_named(trial: Trial) -> None:
    """One arm that fails 2 % is not diluted by the other; what that one came to is told."""
    answered(trial, "arm", 1, 50)
    found = verdict(trial, EACH_ARM)
    assert found.outcome is Outcome.FAIL
    assert found.value == pytest.approx(0.98, abs=0.001)
    assert found.promised == "success of each arm ≥ 0.99"
    assert "of arm enhanced-predictor, the worst" in found.seen
    assert "beside it arm baseline-predictor PASS" in found.reason
    assert verdict(trial, ONE_ARM).outcome is Outcome.FAIL
    assert verdict(trial, replace(SUCCESS, arm="baseline-predictor")).outcome is Outcome.PASS


def test_the_worst_replica_decides_and_is_named(trial: Trial) -> None:
    """One replica of three that fails 3 % breaks the promise, by name; overall it would hold."""
    answered(trial, "replica", 2, 33)
    found = verdict(trial, EACH_REPLICA)
    assert found.outcome is Outcome.FAIL
    assert "of replica mlserver-2 (10.0.0.3), the worst" in found.seen
    rows = list(found.records[0].rows)
    assert set(trial.requests["replica"][rows]) == {2}
    assert set(trial.requests["outcome"][rows]) == {1}


@pytest.mark.parametrize("objective", [ONE_ARM, EACH_ARM, EACH_REPLICA], ids=["arm", "arms", "all"])
def test_failures_of_nobody_known_leave_it_open(trial: Trial, objective: Objective) -> None:
    """200 lost requests may all have been one origin's, or none: the trial can't tell."""
    trial.fail(trial.at(110, 112)[:200])
    found = verdict(trial, objective)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "200 requests that failed came from nobody knows whom" in found.reason


def test_few_failures_of_nobody_known_do_not_stand_in_the_way(trial: Trial) -> None:
    """The promise holds even with all of them charged to the arm, and the reason says so."""
    trial.fail(trial.at(60, 70)[::600])
    found = verdict(trial, ONE_ARM)
    assert found.outcome is Outcome.PASS
    assert "2 requests of unknown origin counted against it" in found.reason


def test_a_known_breach_fails_whatever_else_is_unknown(trial: Trial) -> None:
    """What an arm answered itself is enough to break its promise."""
    answered(trial, "arm", 1, 50)
    trial.fail(trial.at(110, 112)[:200])
    assert verdict(trial, ONE_ARM).outcome is Outcome.FAIL


def test_a_replica_ready_too_briefly_is_named_and_not_judged(trial: Trial) -> None:
    """In the fault window the successor is Ready too late to be given 1,300 requests."""
    objective = replace(EACH_REPLICA, phase=PhaseName.FAULT, floor=1300)
    found = verdict(trial, objective)
    assert found.outcome is Outcome.PASS
    assert "Ready too briefly to be judged: mlserver-1 (10.0.0.4)" in found.reason


def test_each_replica_needs_to_know_who_was_ready(trial: Trial) -> None:
    """Without a record of the endpoints no replica's promise passes."""
    trial.endpoints = ()
    assert verdict(trial, EACH_REPLICA).outcome is Outcome.INCONCLUSIVE


def test_answers_that_name_no_arm_decide_nothing(trial: Trial) -> None:
    """Where no answer says its arm, no arm has kept a promise."""
    trial.requests["arm"] = 255
    assert verdict(trial, EACH_ARM).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("indicator", "op", "value", "ms"),
    [(Indicator.MEAN_LATENCY, Op.LT, 20.0, None), (Indicator.LATENCY, Op.GTE, 0.95, 50.0)],
    ids=["mean", "P95"],
)
def test_a_slow_arm_fails_its_latency(
    trial: Trial, indicator: Indicator, op: Op, value: float, ms: float | None
) -> None:
    """Mean and percentile are judged for each arm, too, and the slow one decides."""
    trial.slow(np.flatnonzero(trial.requests["arm"] == 1)[::10], 200)
    promise = replace(EACH_ARM, indicator=indicator, op=op, value=value, within_ms=ms)
    found = verdict(trial, promise)
    assert found.outcome is Outcome.FAIL
    assert "of arm enhanced-predictor, the worst" in found.seen


def test_timeouts_are_judged_for_each_replica(trial: Trial) -> None:
    """A 504 that a replica's answer carries breaks that replica's promise."""
    mine = np.flatnonzero(trial.requests["replica"] == 0)[1000]
    trial.requests["outcome"][mine] = 2
    trial.requests["status"][mine] = 504
    promise = replace(EACH_REPLICA, indicator=Indicator.TIMEOUTS, op=Op.LTE, value=0.0)
    found = verdict(trial, promise)
    assert found.outcome is Outcome.FAIL
    assert "of replica mlserver-0 (10.0.0.1), the worst" in found.seen
