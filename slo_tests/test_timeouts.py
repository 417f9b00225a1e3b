"""Nobody waits in vain."""

import pytest

from fixtures.outcomes import keep
from seatrial.slo import Verdict

pytestmark = pytest.mark.production


@pytest.mark.promise("timeouts")
def test_no_request_times_out(verdict: Verdict) -> None:
    """No client's deadline passes and no proxy answers 504 in its place."""
    keep(verdict)
