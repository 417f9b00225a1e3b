"""Clients get a prediction for the promised share of their requests."""

import pytest

from fixtures.outcomes import keep
from seatrial.slo import Verdict

pytestmark = pytest.mark.production


@pytest.mark.promise("success")
def test_enough_requests_succeed(verdict: Verdict) -> None:
    """The share of planned requests that were answered with a prediction is as promised."""
    keep(verdict)
