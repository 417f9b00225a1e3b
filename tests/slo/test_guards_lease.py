"""A trial that lost its target's lease decides nothing: promises of guards/lease."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seatrial.slo import Outcome
from seatrial.timeline import LeaseKept

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

LOST = LeaseKept("ci pid 1", 50_000_000_000, "ci-7 pid 12 has it since then")


def test_a_lost_lease_voids_every_promise(trial: Trial) -> None:
    """Neither what was kept nor what was broken counts; the reason says who has it."""
    trial.fail(trial.at(60, 70))
    trial.lease = LOST
    for name, verdict in trial.verdicts().items():
        assert verdict.outcome is Outcome.INCONCLUSIVE, name
        assert "lease-lost" in verdict.guards
    reason = trial.verdicts()["success-whole"].reason
    assert "ci-7 pid 12" in reason
    assert "until 50 s" in reason


def test_a_fault_left_behind_is_one_whoever_has_the_lease(trial: Trial) -> None:
    """That it is still in the cluster stays a FAIL."""
    trial.fault(undone=False)
    trial.lease = LOST
    assert trial.verdicts()["undo"].outcome is Outcome.FAIL


def test_a_lease_that_nothing_is_known_of_is_lost(trial: Trial) -> None:
    """The process died before it could say: that is no PASS."""
    trial.lease = None
    assert trial.verdicts()["success-whole"].guards == ("lease-lost",)


def test_a_trial_of_before_leases_is_judged_as_it_was(trial: Trial) -> None:
    """Its plan does not name the part."""
    named = tuple(name for name in trial.plan.instruments if name != "lease")
    trial.plan, trial.lease = replace(trial.plan, instruments=named), None
    assert trial.verdicts()["success-whole"].outcome is Outcome.PASS
