"""Mean latency, timeouts and throughput: PASS, FAIL and INCONCLUSIVE of each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import Indicator, Objective, Op, Outcome, PhaseName, judge
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from tests.slo.conftest import Trial


def test_a_mean_above_the_promise_fails(trial: Trial) -> None:
    """A slow service fails the mean in each phase."""
    trial.slow(slice(None), 20.001)
    verdicts = trial.verdicts()
    for phase in ("whole", "fault", "recovery"):
        assert verdicts[f"latency-mean-{phase}"].outcome is Outcome.FAIL


def test_failed_requests_count_with_their_deadline(trial: Trial) -> None:
    """Two in a hundred errors of a millisecond each break a mean of 20 ms."""
    trial.slow(slice(None), 5)
    trial.fail(slice(None, None, 50), kind="status", status=503)
    verdict = trial.verdicts()["latency-mean-whole"]
    assert verdict.outcome is Outcome.FAIL
    assert "counted with their deadline" in verdict.reason
    assert "503" in verdict.reason


def test_a_mean_whose_bound_misses_is_undecided(trial: Trial) -> None:
    """One slow second leaves the observed mean below the promise, and the bound above it."""
    trial.slow(slice(None), 15)
    trial.slow(trial.at(110, 111), 150)
    verdict = trial.verdicts()["latency-mean-recovery"]
    assert verdict.value is not None
    assert verdict.value < 20
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "would decide it" in verdict.reason


def test_the_fault_windows_mean_is_judged_as_observed(trial: Trial) -> None:
    """The same slow second in the fault window passes."""
    trial.slow(slice(None), 15)
    trial.slow(trial.at(45, 46), 150)
    assert trial.verdicts()["latency-mean-fault"].outcome is Outcome.PASS


def test_one_timeout_is_one_too_many(trial: Trial) -> None:
    """A single deadline met by nobody fails 'zero timeouts', and the reason says when."""
    trial.fail(trial.at(70, 71)[0], kind="deadline")
    verdict = trial.verdicts()["timeouts"]
    assert verdict.outcome is Outcome.FAIL
    assert "deadline 29.8 s after the fault" in verdict.reason


def test_a_504_is_a_timeout(trial: Trial) -> None:
    """The proxy's own timeout counts, however the generator recorded its outcome."""
    which = trial.at(70, 71)[0]
    trial.fail(which, kind="status", status=504)
    assert trial.requests["outcome"][which] == 1
    assert trial.verdicts()["timeouts"].outcome is Outcome.FAIL


def test_no_timeout_in_too_few_requests_is_undecided(trial: Trial) -> None:
    """Zero of 14,432 supports a bound; zero of too few decides nothing, one of few still fails."""
    promise = Objective("t", "t", Indicator.TIMEOUTS, PhaseName.WHOLE, Op.LTE, 0.0, floor=20_000)
    bound = "a share of timeouts ≤ 0.021 % and no more than one episode in 40 s, at 95 %"
    assert trial.verdicts()["timeouts"].bound == bound
    assert judge(trial.timeline(), [promise])[0].outcome is Outcome.INCONCLUSIVE
    trial.fail(trial.at(70, 71)[0], kind="deadline")
    assert judge(trial.timeline(), [promise])[0].outcome is Outcome.FAIL


def test_a_dip_that_the_average_hides_fails_throughput(trial: Trial) -> None:
    """Three dead seconds leave 117 answers/s on the average and break 100/s in their 10 s."""
    trial.fail(trial.at(80, 83))
    verdict = trial.verdicts()["throughput"]
    assert verdict.outcome is Outcome.FAIL
    assert verdict.value is not None
    assert verdict.value < 100


def test_the_worst_stretch_is_found_wherever_it_starts(trial: Trial) -> None:
    """The least count of ok answers is that of a search over every millisecond."""
    starts = trial.requests["intended"][trial.at(10, 130)]
    every = np.arange(10_000, 120_001) * 1_000_000
    counts = np.searchsorted(starts, every + 10 * trial.second) - np.searchsorted(starts, every)
    value = trial.verdicts()["throughput"].value
    assert value is not None
    assert counts.min() / 10 - 0.2 <= value <= counts.min() / 10


def test_a_rate_that_was_never_offered_is_undecided(trial: Trial) -> None:
    """120 requests/s can't show that 130/s would be carried; nor do they break it."""
    promise = Objective(
        "t", "t", Indicator.THROUGHPUT, PhaseName.WHOLE, Op.GTE, 130.0, window_s=10.0
    )
    verdict = judge(trial.timeline(), [promise])[0]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "raise the rate" in verdict.reason


def test_a_constant_rate_of_exactly_the_promise_passes(trial: Trial) -> None:
    """100 requests/s at a constant pace, all ok, are 100/s in every stretch: jitter is no dip."""
    latency = trial.requests["end"] - trial.requests["intended"]
    trial.requests = trial.requests[: 100 * 130]
    trial.requests["intended"] = np.arange(100 * 130) * 10_000_000
    trial.requests["sent"] = trial.requests["intended"] + 100_000
    trial.requests["end"] = trial.requests["intended"] + latency[: 100 * 130]
    trial.plan = replace(trial.plan, planned=13_000, rate=100.0)
    trial.report(planned=13_000, recorded=13_000)
    verdict = trial.verdicts()["throughput"]
    assert verdict.outcome is Outcome.PASS
    assert verdict.value == 100


def test_a_phase_shorter_than_the_stretch_is_undecided(trial: Trial) -> None:
    """No 40 s fit into a recovery of 30 s."""
    promise = Objective(
        "t", "t", Indicator.THROUGHPUT, PhaseName.RECOVERY, Op.GTE, 100.0, window_s=40.0
    )
    assert judge(trial.timeline(), [promise])[0].outcome is Outcome.INCONCLUSIVE


def test_requests_never_sent_leave_zero_timeouts_undecided(trial: Trial) -> None:
    """What the generator did not send can't have been answered in time."""
    trial.requests["outcome"][trial.at(100, 130)[:10]] = Ended.UNSENT
    verdict = trial.verdicts()["timeouts"]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "10 of them were never sent" in verdict.reason
