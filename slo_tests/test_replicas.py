"""The autoscaler keeps the workload in its range, and a fault leaves enough of it."""

import pytest

from fixtures.outcomes import keep
from seatrial.slo import Verdict

pytestmark = pytest.mark.production


@pytest.mark.promise("replica-range")
def test_replicas_stay_in_range(verdict: Verdict) -> None:
    """The workload's and the autoscaler's counts stay within minimum and maximum."""
    keep(verdict)


@pytest.mark.promise("ready-replicas")
def test_enough_replicas_stay_ready(verdict: Verdict) -> None:
    """The Ready replicas never fall below the promised floor."""
    keep(verdict)


@pytest.mark.promise("scaling-active")
def test_the_autoscaler_can_scale(verdict: Verdict) -> None:
    """The autoscaler has what it needs to scale, but for the promised seconds."""
    keep(verdict)


@pytest.mark.promise("scaling-steps")
def test_the_autoscaler_keeps_to_its_policies(verdict: Verdict) -> None:
    """No step goes further than the autoscaler's policies allow in their period."""
    keep(verdict)


@pytest.mark.promise("scaling-reversals")
def test_the_autoscaler_does_not_waver(verdict: Verdict) -> None:
    """It changes direction no more often in a stabilisation window than promised."""
    keep(verdict)


@pytest.mark.promise("early-down-steps")
def test_no_replica_is_taken_away_too_early(verdict: Verdict) -> None:
    """What was asked for within the down window is not taken away."""
    keep(verdict)


@pytest.mark.promise("replica-writers")
def test_only_the_autoscaler_writes_the_replicas(verdict: Verdict) -> None:
    """Nobody else writes the workload's count while the trial runs."""
    keep(verdict)
