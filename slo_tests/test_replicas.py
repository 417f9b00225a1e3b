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
