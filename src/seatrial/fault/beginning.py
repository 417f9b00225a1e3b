"""The instant at which a fault acts, on both clocks, and the `Hit` that tells of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seatrial.fault.told import Hit
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from seatrial.fault.told import Target


class Began:
    """The act's beginning: the instant just before the change."""

    def __init__(self, kind: str) -> None:
        """Keep the kind; it begins now, and anew at each `again`."""
        self._kind = kind
        self.again()

    def again(self) -> None:
        """Begin now: what was tried before changed nothing."""
        self._wall, self._ns = datetime.now(UTC).isoformat(), time.monotonic_ns()

    @property
    def seconds(self) -> float:
        """Seconds since then."""
        return (time.monotonic_ns() - self._ns) / NANOSECONDS

    def hit(self, targets: list[Target]) -> Hit:
        """Return the act with what it hit."""
        return Hit(
            kind=self._kind,
            started_monotonic_ns=self._ns,
            started_wall=self._wall,
            targets=targets,
        )
