"""A fault is held for its time, and no longer than its clients can bear."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seatrial.errors import UsageError
from seatrial.fault import surroundings
from seatrial.fault.holding import Burn, burn
from seatrial.fault.probes import hold
from seatrial.fault.surroundings import Abort
from seatrial.timeline import (
    NANOSECONDS,
    PARTIAL_FILE,
    PENDING,
    REQUEST,
    Outcome,
    ended_so_far,
    save_part,
)
from tests import healthy

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NOW_S = 20
#: Of a trial whose load planned one request each 10 ms.
GAP_NS = 10_000_000


def _slots(failed: float) -> NDArray[Any]:
    """Return a load's file 20 s into its trial: what comes later is pending, a share failed."""
    slots = np.zeros(3000, dtype=REQUEST)
    slots["intended"] = np.arange(3000) * GAP_NS
    slots["end"] = slots["intended"] + GAP_NS
    slots["outcome"] = np.where(np.arange(3000) % 100 < 100 * failed, Outcome.ERROR, Outcome.OK)
    slots["outcome"][NOW_S * NANOSECONDS // GAP_NS :] = PENDING
    return slots


def _trial(directory: Path, failed: float) -> None:
    """Write a trial that is under way, at this very moment 20 s old."""
    epoch = time.monotonic_ns() - NOW_S * NANOSECONDS
    save_part(directory, "plan.json", replace(healthy.plan(), epoch_monotonic_ns=epoch))
    _slots(failed).tofile(directory / PARTIAL_FILE)


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tell the activities of a trial whose objective is 0.9 and whose fault may burn 5 times."""
    for name, value in Abort(tmp_path, 0.9, 5.0).as_environment().items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_a_fault_is_held_for_its_time(told: Path) -> None:
    """While a third of the requests fail, which is what one replica costs, it is held."""
    _trial(told, failed=0.34)
    started = time.monotonic()
    found = hold(0.6)
    assert time.monotonic() - started >= 0.6
    assert [item["held"] for item in found["proofs"]] == [True]
    assert "aborted_monotonic_ns" not in found


def test_a_fault_that_costs_too_much_is_cut_short(told: Path) -> None:
    """When more than half of the requests fail, the hold ends at once and says when and why."""
    _trial(told, failed=0.7)
    started = time.monotonic_ns()
    found = hold(9.0)
    assert started <= found["aborted_monotonic_ns"] <= started + 2 * NANOSECONDS
    assert "times what the objective 0.9 allows (at most 5 times)" in found["why"]


def test_without_a_trial_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain `chaos run` has no load to read: the fault is held for its time."""
    monkeypatch.delenv(surroundings.RECORDS, raising=False)
    assert hold(0.1)["proofs"][0]["held"]


@pytest.mark.parametrize("rate", ["0", ""])
def test_a_burn_rate_of_zero_never_aborts(
    told: Path, monkeypatch: pytest.MonkeyPatch, rate: str
) -> None:
    """The configuration can say that nothing cuts a fault short."""
    _trial(told, failed=1.0)
    monkeypatch.setenv(surroundings.BURN_RATE, rate)
    assert hold(0.1)["proofs"][0]["held"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (surroundings.OBJECTIVE, "1.0"),
        (surroundings.OBJECTIVE, "most"),
        (surroundings.BURN_RATE, "-1"),
        (surroundings.BURN_RATE, "nan"),
    ],
)
def test_a_variable_that_can_not_be_used_is_named(
    told: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """An objective or a burn rate that is none is refused, never taken for no bound."""
    _trial(told, failed=1.0)
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=name):
        hold(0.1)


def test_only_the_last_seconds_count() -> None:
    """What failed before the last 5 s is over; what has not ended yet is not counted."""
    slots = _slots(0.0)
    slots["outcome"][:1000] = Outcome.ERROR
    ended = slots[slots["outcome"] != PENDING]
    assert burn(ended, NOW_S * NANOSECONDS) == Burn(failed=0, ended=500)
    assert burn(ended, 10 * NANOSECONDS) == Burn(failed=500, ended=500)


def test_few_requests_say_nothing() -> None:
    """Nineteen failures are no rate; twenty are."""
    assert Burn(19, 19).rate(0.9) == 0.0
    assert Burn(20, 20).rate(0.9) == pytest.approx(10.0)


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    """The reader of a running load gives the ended requests of a stretch, and none elsewhere."""
    assert ended_so_far(tmp_path).size == 0
    _slots(0.0).tofile(tmp_path / PARTIAL_FILE)
    assert ended_so_far(tmp_path).size == 2000
    part = ended_so_far(tmp_path, 15 * NANOSECONDS, 30 * NANOSECONDS)
    assert (part["intended"][0], part.size) == (15 * NANOSECONDS, 500)
