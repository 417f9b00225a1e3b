"""Replicas are made good: each that was hit, by its successor or by itself, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from seatrial import slo
from seatrial.slo import Indicator, Objective, Op, Outcome, PhaseName
from seatrial.timeline import FaultTarget

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

GOOD = Objective("r", "r", Indicator.REPLICA_REPLACED, PhaseName.FAULT, Op.LTE, 30.0)
REPLACED = FaultTarget("mlserver-1", "b", "d", "10.0.0.2")
ITSELF = FaultTarget("mlserver-0", "a", "a", "10.0.0.1")
PROXY = FaultTarget("seldon-envoy-x", "p", "q", "10.0.0.9", what="proxy")


def _verdict(trial: Trial, *targets: FaultTarget) -> slo.Verdict:
    trial.fault(targets=targets)
    return slo.judge(trial.timeline(), [GOOD])[0]


def _down(trial: Trial, from_s: int, until_s: int) -> None:
    """Let mlserver-0 not be Ready in these seconds; it is watched each 5 s."""
    trial.replicas = tuple(
        replace(item, ready=False)
        if item.uid == "a" and from_s <= item.at_ns / trial.second < until_s
        else item
        for item in trial.replicas
    )


def test_one_that_came_back_itself_is_good_once_it_is_ready_again(trial: Trial) -> None:
    """Not Ready from 45 s on, Ready again at 60 s: 19.75 s after the fault at 40.25 s."""
    _down(trial, 45, 60)
    found = _verdict(trial, ITSELF)
    assert (found.outcome, found.value) == (Outcome.PASS, 19.75)
    assert "mlserver-0 Ready 19.75 s after the fault" in found.reason


def test_the_last_interruption_counts(trial: Trial) -> None:
    """Ready for a moment between two interruptions is not Ready again; too late is a FAIL."""
    _down(trial, 45, 50)
    _down(trial, 60, 75)
    found = _verdict(trial, ITSELF)
    assert (found.outcome, found.value) == (Outcome.FAIL, 34.75)


def test_a_restart_between_two_looks_is_an_interruption(trial: Trial) -> None:
    """A container that restarted quickly was never seen not Ready, but its restarts tell."""
    trial.replicas = tuple(
        replace(item, restarts=1) if item.uid == "a" and item.at_ns > 51 * trial.second else item
        for item in trial.replicas
    )
    found = _verdict(trial, ITSELF)
    assert (found.outcome, found.value) == (Outcome.PASS, 14.75)


def test_one_that_never_comes_back_fails(trial: Trial) -> None:
    """Not Ready to the end of what was watched breaks the promise."""
    _down(trial, 45, 1000)
    found = _verdict(trial, ITSELF)
    assert found.outcome is Outcome.FAIL
    assert "mlserver-0 not Ready again" in found.reason


def test_one_that_was_ready_all_the_time_was_watched_for_all_of_it(trial: Trial) -> None:
    """A squeezed replica may never be unready; that is known only of what was watched."""
    found = _verdict(trial, ITSELF)
    assert (found.outcome, found.value) == (Outcome.PASS, 0.0)
    assert "Ready all the time" in found.reason
    trial.replicas = tuple(item for item in trial.replicas if item.at_ns < 60 * trial.second)
    found = _verdict(trial, ITSELF)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "ends before the promised time" in found.reason


def test_one_that_nobody_saw_decides_nothing_good(trial: Trial) -> None:
    """Without one sample of it, it was not Ready all the time."""
    trial.replicas = tuple(item for item in trial.replicas if item.uid != "a")
    assert _verdict(trial, ITSELF).outcome is Outcome.FAIL


def test_the_slowest_of_several_counts(trial: Trial) -> None:
    """Of a replaced and a restarted replica the later one is the measure."""
    _down(trial, 45, 50)
    found = _verdict(trial, ITSELF, REPLACED)
    assert (found.outcome, found.value) == (Outcome.PASS, 21.75)
    never = replace(REPLACED, name="mlserver-7", uid_after="nobody")
    assert _verdict(trial, ITSELF, never).outcome is Outcome.FAIL


@pytest.mark.parametrize("targets", [(PROXY,), ()])
def test_without_a_replica_among_the_targets_nothing_is_decided(
    trial: Trial, targets: tuple[FaultTarget, ...]
) -> None:
    """A proxy is no replica: its successor is judged by nobody here."""
    found = _verdict(trial, *targets)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "no fault with a known replica" in found.reason


def test_a_proxy_beside_a_replica_is_left_out(trial: Trial) -> None:
    """Only the replica among the targets is judged."""
    assert _verdict(trial, REPLACED, PROXY).value == _verdict(trial, REPLACED).value
