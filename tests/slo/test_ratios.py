"""Success and latency ratios, in steady phases and in the fault window."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import Indicator, Objective, Op, Outcome, PhaseName, judge

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

P99_OF_ARM = Objective(
    "p99-enhanced",
    "P99 of the enhanced arm",
    Indicator.LATENCY,
    PhaseName.FAULT,
    Op.GTE,
    0.99,
    floor=100,
    within_ms=80.0,
    arm="enhanced-predictor",
)


def test_a_ratio_that_misses_fails_and_tells_what_failed(trial: Trial) -> None:
    """The reason counts failures by kind and says when they came."""
    trial.fail(trial.at(52, 62), kind="gateway-timeout", status=504)
    verdict = trial.verdicts()["success-fault"]
    assert verdict.outcome is Outcome.FAIL
    assert verdict.value is not None
    assert verdict.value < 0.9
    assert "× 504 from 11.8 s after the fault to 21.7 s after the fault" in verdict.reason  # noqa: RUF001 -- times
    assert verdict.n == len(trial.at(40.25, 100))


def test_the_replica_that_all_failures_came_from_is_named(trial: Trial) -> None:
    """Errors that one replica answered by itself carry its name."""
    mine = np.flatnonzero(trial.requests["replica"] == 2)
    trial.requests["outcome"][mine] = 1
    trial.requests["error"][mine] = 1
    trial.requests["status"][mine] = 500
    verdict = trial.verdicts()["success-whole"]
    assert verdict.outcome is Outcome.FAIL
    assert "all from replica mlserver-2 (10.0.0.3)" in verdict.reason


def test_the_fault_window_is_judged_as_observed(trial: Trial) -> None:
    """A burst that keeps the observed ratio above the promise passes: it is this fault's."""
    trial.fail(trial.at(41, 46))
    verdict = trial.verdicts()["success-fault"]
    assert verdict.outcome is Outcome.PASS
    assert verdict.bound == "as observed, of this fault only"


def test_a_steady_phase_needs_its_bound_to_meet_the_promise(trial: Trial) -> None:
    """The same observed ratio passes when spread thin, and is undecided as one burst."""
    trial.fail(trial.at(110, 112))
    verdict = trial.verdicts()["success-recovery"]
    assert verdict.value is not None
    assert verdict.value > 0.9
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "would decide it" in verdict.reason


def test_three_failures_leave_three_nines_undecided_and_two_do_not(trial: Trial) -> None:
    """Two single failures in 7,296 requests support 0.999, three do not, eight break it."""
    apart = [trial.at(second, second + 1)[0] for second in range(12, 39, 3)]
    trial.fail(apart[:2])
    assert trial.verdicts()["success-outside-fault"].outcome is Outcome.PASS
    trial.fail(apart[2])
    assert trial.verdicts()["success-outside-fault"].outcome is Outcome.INCONCLUSIVE
    trial.fail(apart[3:8])
    assert trial.verdicts()["success-outside-fault"].outcome is Outcome.FAIL


def test_a_sample_below_the_floor_decides_nothing(trial: Trial) -> None:
    """Below its least N a ratio is neither kept nor broken."""
    promise = replace(P99_OF_ARM, arm=None, floor=10_000)
    good = judge(trial.timeline(), [promise])[0]
    trial.slow(slice(None), 200)
    bad = judge(trial.timeline(), [promise])[0]
    assert good.outcome is bad.outcome is Outcome.INCONCLUSIVE
    assert "sample-too-small: 10,000 requests" in good.reason


def test_slow_answers_break_the_percentile_and_not_success(trial: Trial) -> None:
    """P95 < 50 ms is a ratio: six in a hundred slow answers break it, success stays 1."""
    trial.slow(slice(None, None, 16), 51)
    verdicts = trial.verdicts()
    assert verdicts["latency-p95-whole"].outcome is Outcome.FAIL
    assert "P95 51 ms" in verdicts["latency-p95-whole"].seen
    assert "× slow" in verdicts["latency-p95-whole"].reason  # noqa: RUF001 -- times
    assert verdicts["success-whole"].outcome is Outcome.PASS


def test_an_answer_at_the_threshold_itself_is_not_below_it(trial: Trial) -> None:
    """P95 < 50 ms: exactly 50 ms is not good enough."""
    trial.slow(slice(None), 50)
    assert trial.verdicts()["latency-p95-whole"].value == 0


def test_a_failed_request_is_not_fast(trial: Trial) -> None:
    """Errors that come at once count with their deadline: they can't make a percentile better."""
    trial.fail(slice(None, None, 10), kind="status", status=503)
    verdict = trial.verdicts()["latency-p95-whole"]
    assert verdict.outcome is Outcome.FAIL
    assert "P95 1000 ms" in verdict.seen


def test_the_retries_that_kept_a_promise_are_told(trial: Trial) -> None:
    """A promise kept only because the proxy tried again says so."""
    trial.requests["retries"][::5] = 1
    verdict = trial.verdicts()["success-whole"]
    assert verdict.outcome is Outcome.PASS
    assert "came by a retry at the proxy, kept only by them: 0.80" in verdict.reason


def test_one_arm_is_judged_by_itself(trial: Trial) -> None:
    """A slow arm fails its own promise; the other arm does not dilute it."""
    arms = trial.requests["arm"]
    assert judge(trial.timeline(), [P99_OF_ARM])[0].outcome is Outcome.PASS
    trial.slow(np.flatnonzero(arms == 1)[::50], 90)
    found = judge(trial.timeline(), [P99_OF_ARM])[0]
    assert found.outcome is Outcome.FAIL
    assert found.n == np.count_nonzero(arms[trial.at(40.25, 100)] == 1)


def test_an_arm_that_the_plan_does_not_have_decides_nothing(trial: Trial) -> None:
    """A misspelt arm is no promise kept."""
    found = judge(trial.timeline(), [replace(P99_OF_ARM, arm="typo")])[0]
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "the plan has no arm typo" in found.reason


def test_a_ratio_just_short_is_not_rounded_up_in_the_reason(trial: Trial) -> None:
    """A ratio of 0.89997 reads as less than 0.9."""
    trial.fail(trial.at(10, 130)[: round(0.1 * 14_432) + 1])
    verdict = trial.verdicts()["success-whole"]
    assert verdict.outcome is Outcome.FAIL
    assert "seen 0.899944" in verdict.reason
