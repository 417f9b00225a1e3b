"""The nightly documents: each kind of fault is promised something, and no other kind is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial import objectives
from seatrial.config import read
from seatrial.fault.catalogue import BY_KIND
from seatrial.slo import Indicator

NIGHT = read(Path(__file__).parents[2] / "seatrial.toml").nightly
SLOS = Path(__file__).parents[2] / "slos"
PROMISES = [item for item in objectives.read(SLOS) if "nightly" in item.scenarios]
EACH = (Indicator.SUCCESS, Indicator.SERVED_AGAIN, Indicator.PARITY, Indicator.UNDO)


def test_no_document_names_a_fault_that_does_not_exist() -> None:
    """What a misspelt kind is promised nobody would judge."""
    assert {kind for item in PROMISES for kind in item.faults} <= set(BY_KIND)


@pytest.mark.parametrize("kind", BY_KIND)
def test_each_fault_is_promised_once_what_every_fault_is(kind: str) -> None:
    """Success, being served again, right answers and the undo: whoever adds a fault says how."""
    mine = [item.indicator for item in PROMISES if not item.faults or kind in item.faults]
    assert [mine.count(indicator) for indicator in EACH] == [1] * len(EACH)


def test_a_trial_of_the_night_is_long_enough_to_decide() -> None:
    """What is promised to be over in so many seconds is watched for them, and for its stretch."""
    [served] = [item for item in PROMISES if item.indicator is Indicator.SERVED_AGAIN]
    [good] = [item for item in PROMISES if item.indicator is Indicator.REPLICA_REPLACED]
    assert served.value + (served.window_s or 0) < NIGHT.fault_s
    assert good.value < NIGHT.fault_s + NIGHT.recovery_s
    success = [item for item in PROMISES if item.indicator is Indicator.SUCCESS]
    assert all(item.floor < NIGHT.rate * NIGHT.fault_s for item in success)
