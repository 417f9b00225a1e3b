"""What keeps a trial from deciding: each guard has a name, what was seen, and the mend.

One module for each source. A new indicator says what it needs in ``needs``; slos/README.md has
the table of all guards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seatrial.slo.guards.clock import clock
from seatrial.slo.guards.fault import fault
from seatrial.slo.guards.guard import Guard
from seatrial.slo.guards.instruments import allowed_ns, silence
from seatrial.slo.guards.load import load, send_lag
from seatrial.slo.guards.needs import NEEDS, Load, Needs
from seatrial.slo.guards.workload import other_writer, undeclared

if TYPE_CHECKING:
    from seatrial.slo.values import Indicator
    from seatrial.slo.windows import Window
    from seatrial.timeline import Timeline

__all__ = ["NEEDS", "Guard", "Load", "Needs", "allowed_ns", "raised"]


def raised(timeline: Timeline, part: Window, indicator: Indicator) -> tuple[Guard, ...]:
    """Return every guard that stands between this trial and a PASS of the indicator in ``part``."""
    needs = NEEDS.get(indicator, Needs())
    found = [*clock(timeline), *fault(timeline, part.phase)] if needs.instants else []
    if needs.load is not Load.NONE:
        measures = needs.load is Load.MEASURES
        found.extend(replace(guard, void=measures) for guard in load(timeline, part))
    if needs.load is Load.MEASURES:
        # Some ms more or less before a request left change what it measures, not what it provokes.
        found.extend(send_lag(part, timeline.plan.send_lag_bound_ms))
    if needs.workload:
        # Who judges writers may say FAIL of what they did; for all others it was another workload.
        found.extend(
            replace(guard, void=guard.void and not needs.judges_writers)
            for guard in (*undeclared(timeline, part), *other_writer(timeline, part))
        )
    for instrument in needs.instruments:
        found.extend(silence(timeline, part, instrument))
    return tuple(found)
