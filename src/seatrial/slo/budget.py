"""How much of a service's error budget one trial spent: beside the verdict, never its cause.

An objective of 0.999 over 28 days allows one request in a thousand of those 28 days to fail. At
the trial's own rate that budget is ``(1 - objective) * rate * window``; what a trial spent of it is
its failures over that. It assumes that the service is asked at this rate all the window long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo import words

if TYPE_CHECKING:
    from seatrial.slo.case import Case, Found

DAY_S = 86_400


def spent(case: Case, found: Found) -> float | None:
    """Return the share of the window's error budget that the phase's failures spent; 1 is all.

    None without a budget's window, or without a measured ratio.
    """
    window_s, promised = case.objective.budget_s, case.objective.value
    if window_s is None or found.value is None or not found.n:
        return None
    failed, rate = (1 - found.value) * found.n, found.n / case.part.seconds
    return failed / ((1 - promised) * rate * window_s)


def sentence(share: float, window_s: float) -> str:
    """Return the share as a clause: ``spent 0.4 % of the 28-day error budget``."""
    length = f"{window_s / DAY_S:g}-day" if window_s >= DAY_S else f"{window_s:g}-second"
    return f"spent {words.upward(100 * share)} % of the {length} error budget"
