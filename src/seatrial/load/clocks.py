"""Watching the wall clock against the monotonic one: a jump makes instants incomparable."""

from __future__ import annotations

import time

#: How often it looks at most; ns.
INTERVAL_NS = 100_000_000


class ClockWatch:
    """The largest difference of (wall minus monotonic) from what it was at the start."""

    def __init__(self) -> None:
        """Take the difference to compare with."""
        self._first = _difference()
        self._due = 0
        self.jump_ns = 0

    def look(self) -> None:
        """Compare, if the last look is long enough ago."""
        now = time.monotonic_ns()
        if now >= self._due:
            self._due = now + INTERVAL_NS
            self.jump_ns = max(self.jump_ns, abs(_difference() - self._first))


def _difference() -> int:
    """Wall minus monotonic, ns; of three readings the one least torn by the scheduler."""
    readings = []
    for _ in range(3):
        before = time.monotonic_ns()
        wall = time.time_ns()
        after = time.monotonic_ns()
        readings.append((after - before, wall - (before + after) // 2))
    return min(readings)[1]
