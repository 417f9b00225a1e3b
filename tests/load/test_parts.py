"""The small instruments: labels, ledger, timer and clock watch, each on its own."""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial.errors import SeatrialError
from seatrial.load import clocks
from seatrial.load.ending import Record
from seatrial.load.labels import Labels
from seatrial.load.ledger import REQUESTS_FILE, Ledger, recover
from seatrial.load.report import read_report
from seatrial.load.timer import Timer
from seatrial.timeline import NO_ARM, NO_REPLICA, PARTIAL_FILE, REQUEST

if TYPE_CHECKING:
    from pathlib import Path

ARMS = ("baseline-predictor", "enhanced-predictor", "odd_7")


@pytest.fixture
def labels() -> Labels:
    """Labels of three arms, under the default headers' names."""
    return Labels(ARMS, "X-Seldon-Route", "x-seatrial-replica", "x-envoy-attempt-count")


@pytest.mark.parametrize(
    ("route", "arm"),
    [
        (b"baseline-predictor", 0),
        (b":enhanced-predictor_1:", 1),
        (b":enhanced-predictor_12:", 1),
        (b" :baseline-predictor: ", 0),
        (b"odd_7", 2),
        (b":odd_7_3:", 2),
        (b":baseline-predictor_1::enhanced-predictor_1:", NO_ARM),
        (b":baseline-predictor-2_1:", NO_ARM),
        (b"", NO_ARM),
        (b"\xff", NO_ARM),
    ],
)
def test_an_arm_is_matched_exactly(labels: Labels, route: bytes, arm: int) -> None:
    """A route names one of the plan's arms, bare or as Seldon writes it, or none at all."""
    assert labels.read({b"x-seldon-route": route})[0] == arm
    assert labels.read({b"x-seldon-route": route})[0] == arm  # remembered


def test_replicas_beyond_the_table_are_named_none(labels: Labels) -> None:
    """255 replicas get an index, the next one none; those known keep theirs."""
    indices = [labels.read({b"x-seatrial-replica": b"10.0.0.%d" % n})[1] for n in range(300)]
    assert indices == [*range(255), *[NO_REPLICA] * 45]
    assert labels.read({b"x-seatrial-replica": b"10.0.0.3"})[1] == 3
    assert labels.replicas[254] == "10.0.0.254"


@pytest.mark.parametrize(
    ("attempts", "retries"),
    [(b"1", 0), (b"3", 2), (b"", 0), (b"x", 0), (b"0", 0), (b"-4", 0), (b"999", 255)],
)
def test_retries_are_the_attempts_beyond_the_first(
    labels: Labels, attempts: bytes, retries: int
) -> None:
    """The proxy's attempt count minus one, within a byte; nothing where it makes no sense."""
    assert labels.read({b"x-envoy-attempt-count": attempts})[2] == retries


def test_a_ledger_keeps_what_has_ended_in_order(tmp_path: Path) -> None:
    """Ended requests become requests.npy by intended start, whatever order they ended in."""
    ledger = Ledger(tmp_path, np.array([10, 20, 30], dtype=np.int64))
    for index in (2, 0, 1):
        ledger.end(index, *Record((index + 1) * 10, 1, 99, 200, 0, 0, 1, 2, 3, 1))
    assert ledger.finish() == 3
    requests = np.load(tmp_path / REQUESTS_FILE)
    assert requests.dtype == REQUEST
    assert requests["intended"].tolist() == [10, 20, 30]
    assert requests[0].tolist() == (10, 1, 99, 200, 0, 0, 1, 2, 3, 1)
    assert not (tmp_path / PARTIAL_FILE).exists()


def test_a_recovered_ledger_leaves_out_what_was_pending(tmp_path: Path) -> None:
    """Of a ledger nobody finished only the requests that had ended are kept."""
    ledger = Ledger(tmp_path, np.array([10, 20, 30], dtype=np.int64))
    ledger.end(1, *Record(20, 21, 22, 200, 0, 0))
    assert recover(tmp_path) == 1
    assert np.load(tmp_path / REQUESTS_FILE)["intended"].tolist() == [20]
    assert recover(tmp_path) == 0


def test_a_timer_is_readable_from_its_instant_on() -> None:
    """The descriptor wakes a poll at the instant set, not before, and setting it anew clears it."""
    timer = Timer()
    poller = select.epoll()
    poller.register(timer.fileno(), select.EPOLLIN)
    due = time.monotonic_ns() + 30_000_000
    timer.set(due)
    assert poller.poll(0) == []
    assert poller.poll(5)
    assert time.monotonic_ns() >= due
    timer.set(time.monotonic_ns() + 10**12)
    assert poller.poll(0) == []
    timer.set(1)
    assert poller.poll(0)
    timer.close()
    poller.close()


@pytest.mark.parametrize("jump_ns", [3_000_000_000, -3_000_000_000])
def test_a_jump_of_the_wall_clock_is_measured(
    monkeypatch: pytest.MonkeyPatch, jump_ns: int
) -> None:
    """A wall clock that jumps shows its whole jump, either way; one that doesn't shows none."""
    now = time.monotonic_ns()
    monkeypatch.setattr(time, "monotonic_ns", lambda: now)
    monkeypatch.setattr(time, "time_ns", lambda: now + 10**18)
    watch = clocks.ClockWatch()
    watch.look()
    assert watch.jump_ns == 0
    monkeypatch.setattr(time, "monotonic_ns", lambda: now + 10**9)
    monkeypatch.setattr(time, "time_ns", lambda: now + 10**9 + 10**18 + jump_ns)
    watch.look()
    assert watch.jump_ns == 3_000_000_000
    monkeypatch.setattr(time, "monotonic_ns", lambda: now + 2 * 10**9)
    monkeypatch.setattr(time, "time_ns", lambda: now + 2 * 10**9 + 10**18)
    watch.look()
    assert watch.jump_ns == 3_000_000_000


def test_an_undisturbed_clock_shows_no_jump() -> None:
    """On a machine whose clock is left alone the watch sees less than a millisecond."""
    watch = clocks.ClockWatch()
    watch.look()
    assert watch.jump_ns < 1_000_000


def test_a_damaged_report_is_an_error(tmp_path: Path) -> None:
    """A report that can't be read is told as such, not taken for a missing one."""
    assert read_report(tmp_path / "generator.json") is None
    (tmp_path / "generator.json").write_text('{"planned": 1}', encoding="utf-8")
    with pytest.raises(SeatrialError, match=r"generator\.json"):
        read_report(tmp_path / "generator.json")
