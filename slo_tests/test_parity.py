"""Whatever breaks, the predictions stay the right ones."""

import pytest

from fixtures.outcomes import keep
from seatrial.slo import Verdict

pytestmark = pytest.mark.production


@pytest.mark.promise("parity")
def test_answers_equal_the_golden_set(verdict: Verdict) -> None:
    """Each answer is the golden set's for the same input and arm."""
    keep(verdict)
