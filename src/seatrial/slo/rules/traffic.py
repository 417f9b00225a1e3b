"""Counts over time: timeouts, and the answers that came in the worst stretch of the phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import bounds, words
from seatrial.slo.case import Case, Found, undecided
from seatrial.slo.figures import timed_out
from seatrial.slo.values import CONFIDENCE, Outcome
from seatrial.slo.windows import NANOSECONDS
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from numpy.typing import NDArray


def timeouts(case: Case) -> Found:
    """Judge the count of timeouts (the client's deadline, or a 504), as observed.

    One too many is a FAIL whatever N is; none is a PASS from ``floor`` requests on.
    """
    objective, n = case.objective, len(case.part.requests)
    if not n:
        return undecided("there is no request to judge")
    against = timed_out(case.part.requests)
    late = case.part.requests[against]
    seen = f"{words.count(len(late), 'timeout')} in {words.count(n, 'request')}"
    value = float(len(late))
    if not objective.op.holds(value, objective.value):
        why = words.failures(case.timeline, late)
        return Found(Outcome.FAIL, value, n, seen, why=why, against=against)
    if n < objective.floor:
        why = f"sample too small: {words.count(objective.floor, 'request')} are the least"
        return undecided(f"{why} that decide it", n=n, seen=seen, value=value)
    unsent = int(np.count_nonzero(case.part.requests["outcome"] == Ended.UNSENT))
    if unsent:
        return undecided(f"{unsent} of them were never sent", n=n, seen=seen, value=value)
    share = 1 - bounds.ratio_lower(n, bounds.episodes(late["intended"]), CONFIDENCE)
    bound = f"a share of timeouts ≤ {words.upward(100 * share)} % at {words.CONFIDENT}"
    return Found(Outcome.PASS, value, n, seen, bound, against=against)


def throughput(case: Case) -> Found:
    """Judge ok answers/s in every stretch of ``window_s``, wherever in the phase it starts.

    An answer counts at its request's intended start: it came within the deadline, and no jitter
    moves it over a stretch's edge. Where the plan itself offers less than was promised the trial
    did not ask for it: such a stretch neither keeps nor breaks the promise.
    """
    objective, part = case.objective, case.part
    length = round((objective.window_s or 0) * NANOSECONDS)
    asked, n = part.requests["intended"], len(part.requests)
    starts = _starts(part.spans, asked, length)
    if not n or not len(starts):
        return undecided(f"the phase holds no {objective.window_s} s with requests", n=n)
    offered = _inside(asked, starts, length) * NANOSECONDS / length
    served = _inside(asked[part.ok], starts, length) * NANOSECONDS / length
    short, asked_for = served < objective.value, offered >= objective.value
    worst = int(np.argmin(np.where(asked_for, served, np.inf) if np.any(asked_for) else served))
    value = float(served[worst])
    seen = (
        f"{words.ratio(value)} ok answers/s in the worst {objective.window_s:g} s, which began "
        f"{words.since_fault(case.timeline, int(starts[worst]))}"
    )
    if np.any(short & asked_for):
        inside = (asked >= starts[worst]) & (asked < starts[worst] + length)
        return Found(Outcome.FAIL, value, n, seen, against=inside & ~part.ok)
    if not np.all(asked_for):
        least = words.ratio(float(offered.min()))
        why = f"the plan offered as little as {least}/s ({words.rates(case.timeline.plan, part)})"
        why += "; raise the rate, or promise less of this phase"
        return undecided(why, n=n, seen=seen, value=value)
    return Found(Outcome.PASS, value, n, seen, "as observed, in every such stretch")


def _starts(
    spans: tuple[tuple[int, int], ...], asked: NDArray[np.int64], length: int
) -> NDArray[np.int64]:
    """Return where a stretch's content changes as it slides: no other start shows anything new."""
    found: list[NDArray[np.int64]] = []
    for start, end in spans:
        if 0 < length <= end - start:
            moves = np.concatenate(([start], asked + 1, asked - length + 1))
            found.append(moves[(moves >= start) & (moves <= end - length)])
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _inside(
    instants: NDArray[np.int64], starts: NDArray[np.int64], length: int
) -> NDArray[np.int64]:
    """Count the instants in ``[start, start + length)``, for each start."""
    return np.searchsorted(instants, starts + length) - np.searchsorted(instants, starts)
