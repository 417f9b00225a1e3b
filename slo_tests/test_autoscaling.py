"""Load rises and falls: the autoscaler follows in time, and clients are served all the while."""

import pytest

from fixtures.outcomes import keep
from seatrial.slo import Verdict

pytestmark = pytest.mark.autoscaling


@pytest.mark.promise("success")
def test_clients_are_served_while_replicas_come_and_go(verdict: Verdict) -> None:
    """Enough requests get a prediction in time, also while replicas start and end."""
    keep(verdict)
