"""The catalogue of faults, one trial each: clients bear it, it heals, it is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fixtures.nights import keep_landed
from fixtures.outcomes import keep

if TYPE_CHECKING:
    from seatrial.report.night import Row
    from seatrial.slo import Verdict

pytestmark = pytest.mark.nightly


@pytest.mark.promise("success")
def test_clients_are_served_under_a_fault(verdict: Verdict) -> None:
    """Enough requests of the fault window get a prediction in time."""
    keep(verdict)


@pytest.mark.promise("served-again")
def test_clients_are_served_again_in_time(verdict: Verdict) -> None:
    """Success and latency hold again within the promised time after the fault began."""
    keep(verdict)


@pytest.mark.promise("replica-replaced")
def test_replicas_are_made_good_in_time(verdict: Verdict) -> None:
    """Each replica that was hit has a Ready successor, or is Ready again itself, in time."""
    keep(verdict)


@pytest.mark.promise("parity")
def test_answers_stay_the_right_ones(verdict: Verdict) -> None:
    """Each answer is the golden set's for the same input and arm."""
    keep(verdict)


@pytest.mark.promise("undo")
def test_nothing_of_a_fault_is_left(verdict: Verdict) -> None:
    """Nothing of the fault is left in the cluster."""
    keep(verdict)


def test_every_fault_landed(night_rows: tuple[Row, ...]) -> None:
    """Every fault of the night was held and has all of its evidence; the table shows each."""
    keep_landed(night_rows)
