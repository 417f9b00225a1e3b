"""The nightly documents: each kind of fault is promised something, and no other kind is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial import objectives
from seatrial.fault.catalogue import BY_KIND
from seatrial.slo import Indicator

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
