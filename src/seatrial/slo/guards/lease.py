"""Whether the trial had its target for itself: its Lease, held to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo.guards.guard import Guard
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.timeline import Timeline


def lost(timeline: Timeline) -> Iterator[Guard]:
    """Ask whether another trial could have attacked the target, too; then nothing is decided."""
    if "lease" not in timeline.plan.instruments:
        return
    kept = timeline.lease
    if kept is not None and not kept.lost:
        return
    what = "nothing says that the lease was held to the trial's end"
    if kept is not None:
        sure = max(0.0, kept.until_ns / NANOSECONDS)
        what = f"the lease was lost: {kept.lost}; it was surely held until {sure:.0f} s"
    yield Guard(
        "lease-lost",
        what,
        "hold the trial again when no other one uses the namespace",
        void=True,
    )
