"""After a kill clients are served again, the replica returns and nothing is left behind."""

import pytest

from fixtures.outcomes import keep
from seatrial.slo import Verdict

pytestmark = pytest.mark.production


@pytest.mark.promise("served-again")
def test_clients_are_served_again_in_time(verdict: Verdict) -> None:
    """Success and latency hold again within the promised time after the kill."""
    keep(verdict)


@pytest.mark.promise("replica-replaced")
def test_the_replica_is_back_in_time(verdict: Verdict) -> None:
    """The killed replica's successor is Ready within the promised time."""
    keep(verdict)


@pytest.mark.promise("undo")
def test_nothing_of_the_fault_is_left(verdict: Verdict) -> None:
    """Nothing of the fault is left in the cluster."""
    keep(verdict)
