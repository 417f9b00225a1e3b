"""Bounded waits: look again and again until something holds, or the deadline is over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from tenacity import RetryError, Retrying, retry_if_not_result, stop_after_delay, wait_fixed

from seatrial.errors import UsageError
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

EVERY_S = 0.25
#: An instant further ahead than this is a mistake, such as one of another machine's clock.
LONGEST_AHEAD_S = 120.0


def look_until(
    look: Callable[[], Value], holds: Callable[[Value], bool], *, deadline_s: float
) -> Value:
    """Return the first value of ``look`` that ``holds``, or the last one seen by the deadline."""
    seen: list[Value] = []

    def once() -> Value:
        seen[:] = [look()]
        return seen[0]

    try:
        return Retrying(
            retry=retry_if_not_result(holds),
            stop=stop_after_delay(deadline_s),
            wait=wait_fixed(EVERY_S),
        )(once)
    except RetryError:
        return seen[0]


def wait_for_instant(monotonic_ns: int) -> None:
    """Return at that instant of CLOCK_MONOTONIC, at once if it has passed. Raises UsageError."""
    ahead_s = (monotonic_ns - time.monotonic_ns()) / NANOSECONDS
    if ahead_s > LONGEST_AHEAD_S:
        raise UsageError(
            "wait for the fault's instant",
            got=f"{ahead_s:.0f} s ahead",
            expected=f"at most {LONGEST_AHEAD_S:.0f} s, by this machine's monotonic clock",
            mend="correct SEATRIAL_FAULT_AT_NS, or leave it out",
        )
    time.sleep(max(ahead_s, 0.0))
