"""Whether the trial's instants can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo.guards.guard import Guard
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.timeline import Timeline

JUMP_NS = NANOSECONDS // 2


def clock(timeline: Timeline) -> Iterator[Guard]:
    """Ask whether wall and monotonic clock kept together, as far as the load process saw."""
    jump = timeline.load.clock_jump_ns if timeline.load is not None else 0
    if abs(jump) > JUMP_NS:
        yield Guard(
            "clock-jumped",
            f"wall and monotonic clock moved apart by {abs(jump) / NANOSECONDS:.1f} s",
            "let no one set the clock or suspend the machine during a trial",
            void=True,
        )
