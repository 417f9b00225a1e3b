"""States of the autoscaler that must hold all the time, and what every verdict on scaling says."""

from __future__ import annotations

import pytest

from seatrial.slo import Outcome
from tests.surge import STATUS, Surge, surge

EVERY = (
    *("replica-range", "scaling-active", "scaling-steps", "scaling-reversals"),
    *("early-down-steps", "replica-writers", "ready-lag"),
)


@pytest.fixture
def trial() -> Surge:
    """Return an autoscaling trial in which everything went as it should."""
    return surge()


@pytest.mark.parametrize("indicator", EVERY)
def test_a_trial_in_which_all_went_well_passes(trial: Surge, indicator: str) -> None:
    """Up once and down once, as the rules say, nobody else writing: every promise is kept."""
    verdict = trial.judged(indicator, 15 if indicator == "ready-lag" else 1)
    assert verdict.outcome is Outcome.PASS, verdict.reason
    assert "saturated" not in verdict.reason


@pytest.mark.parametrize("indicator", EVERY)
def test_a_deleted_autoscaler_keeps_every_promise_from_passing(
    trial: Surge, indicator: str
) -> None:
    """From 100 s on there is none: what would have passed for want of steps is undecided."""
    trial.edit("autoscaler", 100, 300, gone=True)
    verdict = trial.judged(indicator, 15)
    broken = indicator in ("replica-range", "scaling-active")
    assert verdict.outcome is (Outcome.FAIL if broken else Outcome.INCONCLUSIVE), verdict.reason
    assert "the HPA was" in verdict.reason


@pytest.mark.parametrize("indicator", EVERY)
def test_without_any_sample_of_the_autoscaler_nothing_passes(trial: Surge, indicator: str) -> None:
    """An instrument that never spoke decides nothing."""
    trial.without("autoscaler")
    verdict = trial.judged(indicator, 1)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "instrument-silent" in verdict.guards


@pytest.mark.parametrize("indicator", [*EVERY, "scale-up-lag", "scale-down-lag"])
def test_saturation_is_said_in_every_verdict(trial: Surge, indicator: str) -> None:
    """At its maximum, all Ready and too busy for 40 s: each reason names it, whatever it says."""
    trial.status(*STATUS[:4], (100, 6, 6, 95), (140, 6, 6, 60), *STATUS[4:])
    verdict = trial.judged(indicator, 100)
    said = "at the maximum of 6 and saturated: CPU 95 % of a target of 70 %, for 40 s from 100.0 s"
    assert said in verdict.reason


@pytest.mark.parametrize(("name", "what"), [("maximum", "3 to 4"), ("minimum", "4 to 6")])
def test_a_range_changed_behind_its_back_fails_with_that_reason(
    trial: Surge, name: str, what: str
) -> None:
    """From 100 s on the HPA has another range than the plan: FAIL, though all counts are inside."""
    trial.edit("autoscaler", 100, 300, **{name: 4})
    verdict = trial.judged("replica-range", 0)
    assert verdict.outcome is Outcome.FAIL
    assert f"the HPA's own range was {what}, not the plan's 3 to 6, 100.0 s into" in verdict.reason


@pytest.mark.parametrize(
    ("part", "field", "said"),
    [
        ("autoscaler", "desired", "the HPA's desired was 7"),
        ("autoscaler", "current", "its current was 7"),
        ("workload", "spec_replicas", "spec.replicas was 7"),
    ],
)
def test_each_count_outside_the_range_fails(trial: Surge, part: str, field: str, said: str) -> None:
    """Seven at one instant, of six at the most: one sample too many, named."""
    trial.edit(part, 100, 101, **{field: 7})
    verdict = trial.judged("replica-range", 0)
    assert (verdict.outcome, verdict.value) == (Outcome.FAIL, 1)
    assert f"{said} 100.0 s into the trial" in verdict.reason


def test_an_autoscaler_that_never_said_what_it_desires_is_undecided(trial: Surge) -> None:
    """A desired count of 0 was never computed: no breach of the range, and no proof of it."""
    trial.edit("autoscaler", 0, 300, desired=0)
    assert trial.judged("replica-range", 0).outcome is Outcome.INCONCLUSIVE


def test_seconds_without_metrics_are_counted_with_their_reason(trial: Surge) -> None:
    """ScalingActive False from 100 s to 120 s: 20 s, whoever promised 15."""
    trial.edit("autoscaler", 100, 120, scaling_active=False, active_reason="FailedGetMetric")
    verdict = trial.judged("scaling-active", 15)
    assert (verdict.outcome, verdict.value) == (Outcome.FAIL, 20)
    assert "ScalingActive False (FailedGetMetric), for 20.0 s from 100.0 s into" in verdict.reason
    assert trial.judged("scaling-active", 20).outcome is Outcome.PASS


def test_what_is_not_known_to_be_active_is_not(trial: Surge) -> None:
    """A condition that the HPA never set is not True."""
    trial.edit("autoscaler", 0, 300, scaling_active=None)
    assert trial.judged("scaling-active", 15).outcome is Outcome.FAIL


def test_the_period_of_grace_is_not_counted(trial: Surge) -> None:
    """Inactive for the first 20 s of the judged time (10 to 30 s), with 15 s of grace: 5 s."""
    trial.edit("autoscaler", 0, 30, scaling_active=False)
    assert trial.judged("scaling-active", 5, grace_s=15).value == 5
    assert trial.judged("scaling-active", 5).outcome is Outcome.FAIL
    assert trial.judged("scaling-active", 5, grace_s=500).outcome is Outcome.INCONCLUSIVE


def test_ready_lag_is_the_longest_stretch(trial: Surge) -> None:
    """Six desired at 50 s and Ready at 62 s: 12 s; three at 215 s and at 218 s are fewer."""
    assert trial.judged("ready-lag", 12).value == 12
    verdict = trial.judged("ready-lag", 11)
    assert verdict.outcome is Outcome.FAIL
    assert "12 s at the longest from 50.0 s into the trial on" in verdict.seen
    assert "3 Ready of 6 desired at its start" in verdict.reason


def test_a_stretch_counts_whole_in_each_phase_it_reaches(trial: Surge) -> None:
    """Begun at 30 s in the baseline, over at 62 s in the surge: 32 s in both."""
    trial.status((0, 3, 3, 30), (30, 3, 6, 105), *STATUS[2:])
    assert trial.judged("ready-lag", 60, "surge").value == 32
    assert trial.judged("ready-lag", 60, "baseline").value == 32
    assert trial.judged("ready-lag", 60, "calm").value == 3


def test_a_stretch_that_was_not_over_is_undecided(trial: Surge) -> None:
    """A replica lost at 270 s and not back when the record ends may be away for longer yet."""
    trial.edit("workload", 270, 300, ready_replicas=2)
    assert trial.judged("ready-lag", 30, "calm").outcome is Outcome.INCONCLUSIVE
    assert trial.judged("ready-lag", 5, "calm").outcome is Outcome.FAIL


@pytest.mark.parametrize("indicator", EVERY)
def test_the_order_of_samples_changes_nothing(trial: Surge, indicator: str) -> None:
    """Samples in reverse give the same verdict, kept or broken."""
    for value in (0, 20):
        before = trial.judged(indicator, value)
        trial.autoscaler, trial.workload = trial.autoscaler[::-1], trial.workload[::-1]
        assert trial.judged(indicator, value) == before


def test_what_a_silent_instrument_said_last_is_in_force_for_12_s(trial: Surge) -> None:
    """Desired six and Ready three, then silence: apart for 12 s, not to the end."""
    trial.workload = tuple(item for item in trial.workload if item.at_ns <= 50e9)
    verdict = trial.judged("ready-lag", 20)
    assert (verdict.outcome, verdict.value) == (Outcome.INCONCLUSIVE, 12)
