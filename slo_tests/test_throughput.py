"""The deployment carries the promised load all the time."""

import pytest

from fixtures.outcomes import keep
from seatrial.slo import Verdict

pytestmark = pytest.mark.production


@pytest.mark.promise("throughput")
def test_the_rate_is_sustained(verdict: Verdict) -> None:
    """Every stretch of the trial answers at the promised rate."""
    keep(verdict)
