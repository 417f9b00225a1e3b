"""Load rises and falls: the autoscaler follows in time, and clients are served all the while."""

import pytest

from fixtures.outcomes import keep
from seatrial.slo import Verdict

pytestmark = pytest.mark.autoscaling


@pytest.mark.promise("success")
def test_clients_are_served_while_replicas_come_and_go(verdict: Verdict) -> None:
    """Enough requests get a prediction in time, also while replicas start and end."""
    keep(verdict)


@pytest.mark.promise("scale-up-lag")
def test_replicas_are_added_in_time(verdict: Verdict) -> None:
    """After the load rose, CPU is within target again, with every replica Ready, in time."""
    keep(verdict)


@pytest.mark.promise("scale-down-lag")
def test_replicas_are_given_back_in_time(verdict: Verdict) -> None:
    """After the load fell, the autoscaler is back at its minimum in time."""
    keep(verdict)


@pytest.mark.promise("ready-lag")
def test_desired_replicas_are_ready_in_time(verdict: Verdict) -> None:
    """Ready never differs from desired for longer than promised."""
    keep(verdict)


@pytest.mark.promise("replica-range")
def test_replicas_stay_in_range(verdict: Verdict) -> None:
    """The workload's and the autoscaler's counts stay within minimum and maximum."""
    keep(verdict)


@pytest.mark.promise("scaling-active")
def test_the_autoscaler_can_scale(verdict: Verdict) -> None:
    """The autoscaler has what it needs to scale, but for the promised seconds."""
    keep(verdict)


@pytest.mark.promise("scaling-steps")
def test_steps_are_within_policy(verdict: Verdict) -> None:
    """The autoscaler never takes a larger step than its policies allow in their period."""
    keep(verdict)


@pytest.mark.promise("scaling-reversals")
def test_the_autoscaler_does_not_flap(verdict: Verdict) -> None:
    """It changes direction no more often in a stabilisation window than promised."""
    keep(verdict)


@pytest.mark.promise("early-down-steps")
def test_no_replica_is_given_back_too_early(verdict: Verdict) -> None:
    """No step down is taken within the down window of an answer that asked for more."""
    keep(verdict)


@pytest.mark.promise("replica-writers")
def test_only_the_autoscaler_writes_the_count(verdict: Verdict) -> None:
    """Nobody but the autoscaler changes the workload's count."""
    keep(verdict)
