"""Stopping early: what a cut record is judged by, and when the load has to go on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial.slo import Indicator, Objective, Op, Outcome, PhaseName, judge, waiting
from seatrial.slo.sequential import cuts, looks_in
from seatrial.timeline import Phase

if TYPE_CHECKING:
    from tests.timelines import Trial

SUCCESS = Objective("s", "success", Indicator.SUCCESS, PhaseName.BASELINE, Op.GTE, 0.99)
TIMEOUTS = Objective("t", "timeouts", Indicator.TIMEOUTS, PhaseName.BASELINE, Op.LTE, 0, floor=3000)
RANGE = Objective("r", "range", Indicator.REPLICA_RANGE, PhaseName.BASELINE, Op.LTE, 0)


@pytest.fixture
def calm(trial: Trial) -> Trial:
    """Return a trial without a fault, with six looks in its last phase of 120 s."""
    second = trial.second
    phases = (Phase("settle", 0, 10 * second), Phase("baseline", 10 * second, 130 * second))
    looks = looks_in(phases[1].start_ns, phases[1].end_ns)
    trial.plan = replace(trial.plan, phases=phases, experiment="", looks=looks)
    trial.faults = ()
    return trial


def cut(trial: Trial, at_ns: int) -> None:
    """Cut the load: nothing was planned from this instant on, and all before it is recorded."""
    trial.requests = trial.requests[trial.requests["intended"] < at_ns]
    count = len(trial.requests)
    trial.report(planned=count, recorded=count, cut_ns=at_ns)


def test_looks_lie_in_the_second_half_of_the_last_phase(calm: Trial) -> None:
    """Six looks in the last 60 of 120 s, the first at the half, none at the end."""
    assert [at / calm.second for at in cuts(calm.plan)] == [70, 80, 90, 100, 110, 120]
    assert cuts(replace(calm.plan, looks=0)) == ()


def test_a_declared_cut_is_judged_up_to_it_at_the_looks_confidence(calm: Trial) -> None:
    """A cut trial passes what 99.9 % supports, over the requests before the cut."""
    cut(calm, cuts(calm.plan)[0])
    [found] = judge(calm.timeline(), [SUCCESS])
    assert found.outcome is Outcome.PASS
    assert "at 99.9 %" in found.reason
    assert found.n == len(calm.at(10, 70))
    assert not found.guards


def test_a_cut_needs_more_than_a_whole_trial_would(calm: Trial) -> None:
    """The same requests support 0.9955 as a whole trial, and not as one that was cut there."""
    promise, at_ns = replace(SUCCESS, value=0.9955), cuts(calm.plan)[0]
    calm.fail([calm.at(second, second + 1)[0] for second in range(11, 69, 3)])
    cut(calm, at_ns)
    [found] = judge(calm.timeline(), [promise])
    assert found.outcome is Outcome.INCONCLUSIVE
    phases = (calm.plan.phases[0], replace(calm.plan.phases[1], end_ns=at_ns))
    calm.plan = replace(calm.plan, looks=0, phases=phases, planned=len(calm.requests))
    calm.report(cut_ns=0)
    [whole] = judge(calm.timeline(), [promise])
    assert whole.outcome is Outcome.PASS


def test_a_trial_that_could_have_been_cut_pays_for_its_looks(calm: Trial) -> None:
    """Run to its end, a plan with six looks is judged at 95.6 %."""
    [found] = judge(calm.timeline(), [SUCCESS])
    assert "at 95.6 %" in found.reason
    assert found.outcome is Outcome.PASS


def test_a_cut_that_the_plan_does_not_have_is_no_cut(calm: Trial) -> None:
    """An end at any other instant, or in a plan without looks, is a load not all recorded."""
    cut(calm, cuts(calm.plan)[0] + 1)
    [found] = judge(calm.timeline(), [SUCCESS])
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "not-all-recorded" in found.guards


def test_a_request_lost_before_the_cut_is_missed(calm: Trial) -> None:
    """What was planned before the cut must be recorded, all of it."""
    cut(calm, cuts(calm.plan)[0])
    calm.requests = np.delete(calm.requests, 5000)
    [found] = judge(calm.timeline(), [SUCCESS])
    assert "not-all-recorded" in found.guards


def test_the_load_goes_on_until_every_objective_is_decided(calm: Trial) -> None:
    """A bound that meets the promise and a floor that is reached are decided; samples never are."""
    cut(calm, 50 * calm.second)
    assert waiting(calm.timeline(), [SUCCESS, TIMEOUTS]) == ()
    assert waiting(calm.timeline(), [SUCCESS, RANGE]) == ("r",)
    assert waiting(calm.timeline(), [replace(TIMEOUTS, floor=5000)]) == ("t",)
    assert waiting(calm.timeline(), [replace(SUCCESS, value=0.9999)]) == ("s",)


def test_a_promise_that_is_surely_broken_keeps_no_load_running(calm: Trial) -> None:
    """A miss beyond chance is decided; one within it may still turn."""
    calm.fail(calm.at(10, 50)[::60])
    cut(calm, 50 * calm.second)
    assert waiting(calm.timeline(), [replace(SUCCESS, value=0.999)]) == ()
    assert waiting(calm.timeline(), [replace(SUCCESS, value=0.984)]) == ("s",)


def test_a_phase_that_is_over_needs_no_more_load(calm: Trial) -> None:
    """What can't change any more does not keep the load running, decided or not."""
    cut(calm, 131 * calm.second)
    assert waiting(calm.timeline(), [RANGE, replace(SUCCESS, value=0.9999)]) == ()
