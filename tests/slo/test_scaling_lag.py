"""Seconds from a change of the load until the autoscaler has answered it."""

from __future__ import annotations

import pytest

from seatrial.slo import Outcome, Verdict
from tests.surge import COUNTS, STATUS, Surge, surge


@pytest.fixture
def trial() -> Surge:
    """Return an autoscaling trial in which everything went as it should."""
    return surge()


def up(trial: Surge, value: float = 60, phase: str = "surge") -> Verdict:
    """Judge that the rise is answered within ``value`` s."""
    return trial.judged("scale-up-lag", value, phase)


def down(trial: Surge, value: float = 90, phase: str = "calm") -> Verdict:
    """Judge that the fall is answered within ``value`` s."""
    return trial.judged("scale-down-lag", value, phase)


@pytest.mark.parametrize("phase", ["surge", "whole"])
def test_the_rise_is_answered_once_cpu_is_back_and_all_are_ready(trial: Surge, phase: str) -> None:
    """From 40 s, when the rate rose, to 80 s, when CPU was back within 77 %: 40 s."""
    verdict = up(trial, phase=phase)
    assert (verdict.outcome, verdict.value) == (Outcome.PASS, 40)
    assert "all of 6 Ready 40 s after the load rose from 20 to 80 requests/s" in verdict.reason


def test_an_answer_after_the_promised_time_fails(trial: Surge) -> None:
    """40 s are more than 39."""
    assert up(trial, 39).outcome is Outcome.FAIL
    assert up(trial, 40).outcome is Outcome.PASS


def test_replicas_that_are_not_ready_are_no_answer(trial: Surge) -> None:
    """CPU is back at 80 s, the sixth replica Ready at 130 s: it is answered then."""
    trial.counts((0, 3, 3, 1), (50, 6, 3, 2), (62, 6, 5, 2), (130, 6, 6, 2))
    verdict = up(trial)
    assert (verdict.outcome, verdict.value) == (Outcome.FAIL, 90)


def test_a_count_within_tolerance_is_within_target(trial: Surge) -> None:
    """77 % of a target of 70 % is what the autoscaler itself lets be; 78 % is not."""
    trial.status(*STATUS[:2], (65, 6, 6, 77))
    assert up(trial).value == 25
    trial.status(*STATUS[:2], (65, 6, 6, 78))
    assert up(trial).outcome is Outcome.FAIL


def test_quiet_before_the_first_metrics_is_no_answer(trial: Surge) -> None:
    """For 10 s the CPU is still the old one: the load was not answered at once."""
    verdict = up(trial, 5)
    assert (verdict.outcome, verdict.value) == (Outcome.FAIL, 40)


def test_what_comes_after_the_promised_time_is_another_answer(trial: Surge) -> None:
    """CPU above target again at 130 s, 90 s after the rise, takes nothing back."""
    trial.status(*STATUS[:4], (130, 6, 6, 90), (140, 6, 6, 60))
    assert (up(trial).outcome, up(trial).value) == (Outcome.PASS, 40)


def test_at_the_maximum_and_saturated_fails_and_is_said(trial: Surge) -> None:
    """An HPA that may not go beyond 4 ends the surge there, CPU at 105 %: FAIL, and plainly why."""
    trial.status((0, 3, 3, 30), (50, 3, 4, 105), (65, 4, 4, 105), maximum=4)
    trial.counts((0, 3, 3, 1), (50, 4, 3, 2), (62, 4, 4, 2))
    verdict = up(trial, 110)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.value is None
    said = "at the maximum of 4 and saturated: CPU 105 % of a target of 70 %"
    assert verdict.reason.count(said) == 1
    assert up(trial, 500).outcome is Outcome.FAIL, "no time would have helped"


def test_saturation_in_the_end_fails_whatever_came_before(trial: Surge) -> None:
    """Answered after 40 s, but full and too busy for the last 40 s of the surge: FAIL."""
    trial.status(*STATUS[:4], (120, 6, 6, 95))
    assert up(trial).outcome is Outcome.FAIL


def test_a_phase_too_short_for_the_promise_is_undecided(trial: Surge) -> None:
    """Not answered in 120 s, when 150 s were promised, is neither kept nor broken."""
    trial.status((0, 3, 3, 30), (50, 3, 5, 105), (65, 5, 5, 105))
    trial.counts((0, 3, 3, 1), (50, 5, 3, 2), (62, 5, 5, 2))
    assert up(trial, 150).outcome is Outcome.INCONCLUSIVE
    assert up(trial, 150).guards == ("phase-too-short",)
    verdict = up(trial, 100)
    assert verdict.outcome is Outcome.FAIL
    assert (
        "5 Ready of 5 desired at the phase's end, CPU 105 % of a target of 70 %" in verdict.reason
    )


def test_a_load_that_cpu_never_noticed_decides_nothing(trial: Surge) -> None:
    """CPU at 70 % asks for no further replica: that is no scale-up in 0 s."""
    trial.status((0, 3, 3, 30), (50, 3, 3, 70))
    trial.counts((0, 3, 3, 1))
    verdict = up(trial)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "asked for no further replica" in verdict.reason
    assert verdict.guards == ("load-too-low",)


def test_a_load_that_passed_by_itself_decides_nothing(trial: Surge) -> None:
    """CPU above target and back again without any step shows no scale-up."""
    trial.status((0, 3, 3, 30), (50, 3, 3, 90), (65, 3, 3, 60))
    trial.counts((0, 3, 3, 1))
    assert up(trial).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("phase", ["baseline", "calm"])
def test_a_phase_without_a_rise_decides_nothing(trial: Surge, phase: str) -> None:
    """The plan's own rate must have risen, and the recorded requests show it."""
    assert up(trial, phase=phase).outcome is Outcome.INCONCLUSIVE


def test_the_rise_is_that_of_the_recorded_requests(trial: Surge) -> None:
    """A surge that was planned and never sent is no rise."""
    late = trial.at(40, 160)
    trial.requests["sent"][late] = -1
    trial.requests["outcome"][late] = 3
    assert "the load does not rise" in up(trial).reason


@pytest.mark.parametrize("name", ["autoscaler", "workload"])
def test_a_lost_instrument_leaves_both_lags_undecided(trial: Surge, name: str) -> None:
    """Without the HPA's or the workload's samples nobody knows when it was answered."""
    trial.without(name)
    assert up(trial).outcome is Outcome.INCONCLUSIVE
    assert down(trial).outcome is Outcome.INCONCLUSIVE


def test_what_nobody_saw_is_no_failure(trial: Surge) -> None:
    """Cut off in the middle of the scale-up, or of the down window: the lags are undecided."""
    whole = trial.autoscaler
    trial.autoscaler = tuple(item for item in whole if not 52e9 < item.at_ns < 150e9)
    assert up(trial).outcome is Outcome.INCONCLUSIVE
    trial.autoscaler = tuple(item for item in whole if item.at_ns < 200e9)
    assert down(trial).outcome is Outcome.INCONCLUSIVE


def test_samples_without_a_target_leave_the_rise_undecided(trial: Surge) -> None:
    """An older record does not say what CPU the HPA aimed at."""
    trial.status(*STATUS, cpu_target_percent=None)
    assert up(trial).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("phase", ["calm", "whole"])
def test_the_fall_is_answered_once_desired_is_the_minimum(trial: Surge, phase: str) -> None:
    """From 160 s, when the rate fell, to 215 s: 55 s."""
    verdict = down(trial, phase=phase)
    assert (verdict.outcome, verdict.value) == (Outcome.PASS, 55)
    assert down(trial, 54, phase).outcome is Outcome.FAIL


def test_a_step_that_stops_short_of_the_minimum_is_no_answer(trial: Surge) -> None:
    """Six to four is not back; the 120 s of the calm are over: FAIL, or undecided beyond them."""
    trial.status(*STATUS[:5], (215, 6, 4, 25), (230, 4, 4, 40))
    verdict = down(trial)
    assert verdict.outcome is Outcome.FAIL
    assert "desired at the phase's end, CPU 40 % of a target of 70 %" in verdict.reason
    assert down(trial, 150).outcome is Outcome.INCONCLUSIVE


def test_a_minimum_that_was_left_again_in_time_is_no_answer(trial: Surge) -> None:
    """Down at 215 s, up at 220 s and down again at 270 s, all for one fall: 110 s, not 55."""
    trial.status(*STATUS[:6], (220, 3, 5, 80), (235, 5, 5, 40), (270, 5, 3, 30))
    assert down(trial, 100).value == 110


def test_where_nothing_was_added_nothing_is_taken_away(trial: Surge) -> None:
    """Three all along is no scale-down in 0 s."""
    trial.status((0, 3, 3, 30))
    verdict = down(trial)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "nothing to take away" in verdict.reason


def test_the_order_of_samples_changes_no_lag(trial: Surge) -> None:
    """Samples in reverse give the same verdicts."""
    before = [up(trial), down(trial)]
    trial.autoscaler, trial.workload = trial.autoscaler[::-1], trial.workload[::-1]
    assert [up(trial), down(trial)] == before


def test_load_that_was_not_offered_keeps_both_from_passing(trial: Surge) -> None:
    """A load process that was lost leaves the lags unproven."""
    trial.load = None
    assert {up(trial).outcome, down(trial).outcome} == {Outcome.INCONCLUSIVE}
    trial.counts(*(replace_ready(row) for row in COUNTS))
    assert up(trial).outcome is Outcome.FAIL


def replace_ready(row: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return the counts with one replica missing."""
    return (row[0], row[1], row[2] - 1, row[3])
