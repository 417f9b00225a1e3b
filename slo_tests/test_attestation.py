"""A trial leaves everything as it was, whatever it broke: no objective, and judged apart."""

import pytest

from fixtures.outcomes import keep_attested
from seatrial.trial import Judged

pytestmark = pytest.mark.every_scenario


def test_everything_is_as_it_was(trial: Judged) -> None:
    """What a trial may touch is after it what it was before the load."""
    keep_attested(trial)
