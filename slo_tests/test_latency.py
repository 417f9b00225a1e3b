"""Clients get their predictions in time."""

import pytest

from fixtures.outcomes import keep
from seatrial.slo import Verdict

pytestmark = pytest.mark.production


@pytest.mark.promise("latency")
def test_enough_requests_are_fast(verdict: Verdict) -> None:
    """The promised share of planned requests is answered within the threshold (P95)."""
    keep(verdict)


@pytest.mark.promise("mean-latency")
def test_the_mean_is_low(verdict: Verdict) -> None:
    """The mean over all planned requests, failed ones at their deadline, is as promised."""
    keep(verdict)
