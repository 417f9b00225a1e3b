"""Whether what watches the deployment watched all the time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo.guards.guard import Guard
from seatrial.timeline import NANOSECONDS, PERIODS_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.slo.windows import Window
    from seatrial.timeline import Timeline

#: A round that fails is tried again a second later, and its calls take their time. Seen on two
#: cores with three times as much to do, a replica killed: 5.2 s of 5 s, 1.8 s of the proxy's 1 s.
HICCUP_S = 2.0


def allowed_ns(instrument: str) -> int:
    """Return for how long an instrument may be silent (ns): one round lost, and a hiccup."""
    return round((2 * PERIODS_S[instrument] + HICCUP_S) * NANOSECONDS)


def silence(timeline: Timeline, part: Window, instrument: str) -> Iterator[Guard]:
    """Ask whether the samples cover the phase; before its start one may be as old as allowed."""
    allowed = allowed_ns(instrument)
    instants = np.unique([sample.at_ns for sample in getattr(timeline, instrument)])
    for start, end in part.spans:
        inside = instants[(instants > start - allowed) & (instants < end)]
        edges = [start - allowed, *inside.tolist(), end]
        gap, since = max((later - sooner, sooner) for sooner, later in pairwise(edges))
        if gap <= allowed:
            continue
        silent = f"for {gap / NANOSECONDS:.0f} s from {max(since, 0) / NANOSECONDS:.0f} s on"
        yield silent_guard(instrument, f"{silent if len(inside) else 'at all'} {part.phase.words}")


def silent_guard(instrument: str, when: str) -> Guard:
    """Return the guard that says that there is no sample of an instrument, and when."""
    return Guard(
        "instrument-silent",
        f"no sample of {instrument} {when}",
        "read observe.log in the trial's directory",
        void=False,
    )
