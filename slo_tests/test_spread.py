"""Traffic goes where it should."""

import pytest

from fixtures.outcomes import keep
from seatrial.slo import Verdict

pytestmark = pytest.mark.production


@pytest.mark.promise("replica-spread")
def test_ready_replicas_share_evenly(verdict: Verdict) -> None:
    """Each Ready replica answers its fair share of the requests."""
    keep(verdict)


@pytest.mark.promise("arm-split")
def test_arms_get_their_weight(verdict: Verdict) -> None:
    """Each arm of the A/B split answers the share it was given."""
    keep(verdict)
