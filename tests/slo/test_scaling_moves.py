"""How the autoscaler moved, and who else wrote its count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seatrial.slo import Outcome
from seatrial.timeline import ScalingPolicy, ScalingRules
from tests.surge import COUNTS, HPA, STATUS, UP, Surge, surge


@pytest.fixture
def trial() -> Surge:
    """Return an autoscaling trial in which everything went as it should."""
    return surge()


def rules(*policies: ScalingPolicy, window_s: int = 30, select: str = "Max") -> ScalingRules:
    """Return rules of one direction."""
    return ScalingRules(window_s, select, policies, 0.1)


def pods(value: int, period_s: int = 60) -> ScalingPolicy:
    """Return a policy of so many replicas."""
    return ScalingPolicy("Pods", value, period_s)


def percent(value: int, period_s: int = 60) -> ScalingPolicy:
    """Return a policy of so many percent."""
    return ScalingPolicy("Percent", value, period_s)


@pytest.mark.parametrize(
    ("up", "beyond"),
    [
        (rules(pods(3)), 0),
        (rules(pods(2)), 1),
        (rules(percent(100)), 0),
        (rules(percent(60)), 1),  # 4.8, rounded up: 5
        (rules(percent(67)), 0),  # 5.01, rounded up: 6
        (rules(pods(1), percent(100)), 0),
        (rules(pods(1), percent(100), select="Min"), 1),
        (rules(pods(9), select="Disabled"), 1),
    ],
)
def test_a_step_up_is_held_to_the_policies(trial: Surge, up: ScalingRules, beyond: int) -> None:
    """Three to six, by policies in count or percent, the most or the least of them, or none."""
    trial.status(*STATUS, scale_up=up)
    began = [replace(item, at_ns=-60_000_000_000) for item in trial.autoscaler[:1]]
    trial.autoscaler = (*began, *trial.autoscaler)
    verdict = trial.judged("scaling-steps", 0)
    assert verdict.value == beyond, verdict.reason
    assert verdict.outcome is (Outcome.FAIL if beyond else Outcome.PASS)


@pytest.mark.parametrize(
    ("down", "beyond"),
    [
        (rules(pods(3)), 0),
        (rules(pods(2)), 1),
        (rules(percent(50)), 0),
        (rules(percent(40)), 0),  # 3.6, rounded down
        (rules(percent(30)), 1),
        (rules(pods(3), percent(10), select="Min"), 1),
    ],
)
def test_a_step_down_is_held_to_the_policies(trial: Surge, down: ScalingRules, beyond: int) -> None:
    """Six to three, rounded as the controller does."""
    trial.status(*STATUS, scale_down=down)
    verdict = trial.judged("scaling-steps", 0)
    assert verdict.value == beyond, verdict.reason
    if beyond:
        assert "6 to 3 215.0 s into the trial" in verdict.reason


def test_steps_in_one_period_are_taken_together(trial: Surge) -> None:
    """Two steps of two within 60 s are four, of two allowed: the second is too far."""
    rows = ((0, 3, 3, 30), (80, 3, 5, 105), (95, 5, 5, 60), (120, 5, 6, 90), (135, 6, 6, 60))
    trial.status(*rows, scale_up=rules(pods(2)))
    verdict = trial.judged("scaling-steps", 0, "surge")
    assert (verdict.outcome, verdict.value) == (Outcome.FAIL, 1)
    assert "5 to 6 120.0 s" in verdict.reason
    trial.status(*rows, scale_up=rules(pods(2, 40)))
    assert trial.judged("scaling-steps", 0, "surge").outcome is Outcome.PASS


def test_a_period_seen_a_little_short_is_in_the_autoscalers_favour(trial: Surge) -> None:
    """Steps made 60 s apart may be seen 59.5 s apart: a second either way breaks nothing."""
    trial.status((0, 3, 3, 30), (80, 3, 5, 105), (95, 5, 5, 60), scale_up=rules(pods(2)))
    late = replace(trial.autoscaler[-1], at_ns=139_500_000_000, current=5, desired=6)
    trial.autoscaler = (*(s for s in trial.autoscaler if s.at_ns < late.at_ns), late)
    assert trial.judged("scaling-steps", 0, "surge").value == 0


def test_a_step_back_into_its_own_range_breaks_no_policy(trial: Surge) -> None:
    """Six of four at the most: the autoscaler goes to four at once, whatever its policies."""
    down = rules(pods(1))
    trial.status(*STATUS[:4], (150, 6, 4, 60), (155, 4, 4, 60), scale_down=down)
    assert trial.judged("scaling-steps", 0).outcome is Outcome.FAIL
    assert trial.judged("early-down-steps", 0).outcome is Outcome.FAIL
    trial.edit("autoscaler", 145, 300, maximum=4)
    assert trial.judged("scaling-steps", 0).outcome is Outcome.PASS
    assert trial.judged("early-down-steps", 0).outcome is Outcome.PASS


def test_a_period_before_the_record_is_not_guessed(trial: Surge) -> None:
    """Three to six 50 s into a record, of one in 60 s: before it, it may have gone down."""
    trial.status(*STATUS, scale_up=rules(pods(1)))
    verdict = trial.judged("scaling-steps", 0)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the record does not show the period before it" in verdict.reason


@pytest.mark.parametrize("indicator", ["scaling-steps", "scaling-reversals", "early-down-steps"])
def test_steps_by_rules_that_nobody_recorded_are_undecided(trial: Surge, indicator: str) -> None:
    """An older record has no rules in it: a step in it neither keeps nor breaks them."""
    trial.status(*STATUS, scale_up=None, scale_down=None)
    assert trial.judged(indicator, 1).outcome is Outcome.INCONCLUSIVE


def test_wavering_within_one_window_fails(trial: Surge) -> None:
    """Up, down, up within 30 s are two changes of direction; further apart, one in each window."""
    rows = ((0, 3, 3, 30), (60, 3, 6, 105), (70, 6, 4, 30), (80, 4, 6, 90))
    trial.status(*rows)
    verdict = trial.judged("scaling-reversals", 1)
    assert (verdict.outcome, verdict.value) == (Outcome.FAIL, 2)
    assert "6 to 4 70.0 s into the trial, 4 to 6 80.0 s into the trial" in verdict.reason
    trial.status(*rows[:3], (110, 4, 6, 90))
    assert trial.judged("scaling-reversals", 1).outcome is Outcome.PASS


def test_the_longer_window_is_the_one_that_counts(trial: Surge) -> None:
    """With an up window of 60 s, 40 s apart are within one."""
    trial.status((0, 3, 3, 30), (60, 3, 6, 105), (70, 6, 4, 30), (110, 4, 6, 90))
    assert trial.judged("scaling-reversals", 1).outcome is Outcome.PASS
    trial.edit("autoscaler", 0, 300, scale_up=replace(UP, stabilization_s=60))
    assert trial.judged("scaling-reversals", 1).outcome is Outcome.FAIL


def test_a_step_down_within_the_window_of_a_step_up_is_early(trial: Surge) -> None:
    """Up at 50 s, down at 75 s: 25 s are less than 30; at 85 s it is not early."""
    trial.status(*STATUS[:2], (65, 6, 6, 30), (75, 6, 3, 30))
    verdict = trial.judged("early-down-steps", 0)
    assert (verdict.outcome, verdict.value) == (Outcome.FAIL, 1)
    trial.status(*STATUS[:2], (65, 6, 6, 30), (85, 6, 3, 30))
    assert trial.judged("early-down-steps", 0).outcome is Outcome.PASS


@pytest.mark.parametrize(("at_s", "early"), [(195, 1), (215, 0)])
def test_a_step_down_within_the_window_of_what_cpu_asked_for_is_early(
    trial: Surge, at_s: int, early: int
) -> None:
    """CPU at 65 % asked for six at 172 s, 23 s before; the step up was long ago."""
    trial.status(*STATUS[:4], (172, 6, 6, 65), (175, 6, 6, 25), (at_s, 6, 3, 25))
    assert trial.judged("early-down-steps", 0).value == early


def test_the_cpu_of_starting_replicas_asks_for_nothing(trial: Surge) -> None:
    """With one of six not Ready the metric is partial: what it says proves no early step."""
    trial.status(*STATUS[:4], (172, 6, 6, 65), (175, 6, 6, 25), (195, 6, 3, 25))
    trial.edit("workload", 150, 160, ready_replicas=5)
    assert trial.judged("early-down-steps", 0).value == 0


def test_another_writer_of_replicas_fails_and_is_named(trial: Surge) -> None:
    """Five by kubectl at 100 s: one write by someone else, and no step of the autoscaler."""
    trial.status(*STATUS[:4], (105, 5, 5, 60))
    trial.counts(*COUNTS[:3], (100, 5, 5, 3))
    trial.edit("workload", 100, 300, replicas_writer="kubectl/scale", writers=("kubectl/scale",))
    verdict = trial.judged("replica-writers", 0)
    assert (verdict.outcome, verdict.value) == (Outcome.FAIL, 1)
    assert "kubectl/scale wrote 5 100.0 s into the trial" in verdict.reason
    assert trial.judged("scaling-reversals", 0).value == 0
    assert trial.judged("early-down-steps", 0).value == 0


def test_an_older_record_names_the_owners_alone(trial: Surge) -> None:
    """Without the last writer, an owner of the count that is not the HPA is somebody else."""
    trial.edit("workload", 0, 300, replicas_writer="")
    assert trial.judged("replica-writers", 0).outcome is Outcome.PASS
    trial.edit("workload", 50, 300, writers=("argocd-controller",))
    assert trial.judged("replica-writers", 0).outcome is Outcome.FAIL


def test_a_write_of_the_same_count_is_a_write(trial: Surge) -> None:
    """The count is taken over in a generation of its own: six by argocd instead of the HPA."""
    trial.counts(*COUNTS[:3], (100, 6, 6, 3))
    trial.edit("workload", 100, 300, replicas_writer="argocd")
    assert trial.judged("replica-writers", 0).outcome is Outcome.FAIL


def test_a_write_that_nobody_saw_keeps_it_from_passing(trial: Surge) -> None:
    """Two generations between two samples: one write was missed, and nobody knows whose."""
    trial.counts((0, 3, 3, 1), (50, 6, 3, 3), *COUNTS[2:3], (215, 3, 6, 4))
    verdict = trial.judged("replica-writers", 0)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "changed more than once between two samples" in verdict.reason


def test_a_write_by_nobody_known_is_undecided(trial: Surge) -> None:
    """An API that keeps no managed fields does not say who wrote."""
    trial.edit("workload", 0, 300, replicas_writer="", writers=())
    assert trial.judged("replica-writers", 0).outcome is Outcome.INCONCLUSIVE


def test_what_was_written_before_the_phase_is_not_its_own(trial: Surge) -> None:
    """Four by kubectl in the baseline; the surge has only the HPA's write."""
    trial.counts((0, 3, 3, 1), (20, 4, 4, 2), (50, 6, 4, 3))
    trial.edit("workload", 20, 50, replicas_writer="kubectl")
    assert trial.judged("replica-writers", 0, "surge").outcome is Outcome.PASS
    assert trial.judged("replica-writers", 0).outcome is Outcome.FAIL
    assert trial.workload[-1].replicas_writer == HPA
