"""Whether what watches the deployment watched all the time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo.guards.guard import Guard
from seatrial.slo.windows import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.slo.windows import Window
    from seatrial.timeline import Timeline

#: A sampler writes at least every 5 s; one that is silent for longer than this has failed.
SILENCE_NS = 15 * NANOSECONDS


def silence(timeline: Timeline, part: Window, instrument: str) -> Iterator[Guard]:
    """Ask whether the samples cover the phase; before its start one may be as old as allowed."""
    instants = np.unique([sample.at_ns for sample in getattr(timeline, instrument)])
    for start, end in part.spans:
        inside = instants[(instants > start - SILENCE_NS) & (instants < end)]
        edges = [start - SILENCE_NS, *inside.tolist(), end]
        gap, since = max((later - sooner, sooner) for sooner, later in pairwise(edges))
        if gap <= SILENCE_NS:
            continue
        silent = f"for {gap / NANOSECONDS:.0f} s from {max(since, 0) / NANOSECONDS:.0f} s on"
        yield Guard(
            "instrument-silent",
            f"no sample of {instrument} {silent if len(inside) else 'at all'} {part.phase.words}",
            "read observe.log in the trial's directory",
            void=False,
        )
