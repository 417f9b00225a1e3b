"""Counts over time: timeouts, and the answers that came in the worst stretch of the phase."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import bounds, words
from seatrial.slo.case import Case, Found, too_small, undecided
from seatrial.slo.running import every, running
from seatrial.slo.sliding import lowest, sliding
from seatrial.slo.values import Outcome
from seatrial.timeline import NANOSECONDS
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seatrial.slo.sliding import Sliding
    from seatrial.slo.windows import Window

    Measured = tuple[NDArray[np.int64], NDArray[np.int64]]


def timeouts(case: Case) -> Found:
    """Judge the count of timeouts (the client's deadline, or a 504), as observed.

    One too many is a FAIL whatever N is; none is a PASS from ``floor`` requests on.
    """
    objective, part, n = case.objective, case.part, case.part.n
    if not n:
        return undecided("there is no request to judge")
    against = part.timed_out
    late = part.those(against)
    seen = f"{words.count(len(late), 'timeout')} in {words.count(n, 'request')}"
    value = float(len(late))
    if not objective.op.holds(value, objective.value):
        why = words.failures(case.timeline, late)
        return Found(Outcome.FAIL, value, n, seen, why=why, against=against)
    if n < objective.floor:
        return too_small(objective.floor, n=n, seen=seen, value=value)
    unsent = part.ended[Ended.UNSENT]
    if unsent:
        return undecided(f"{unsent} of them were never sent", n=n, seen=seen, value=value)
    sizes = bounds.episodes(late["intended"])
    share = 1 - bounds.ratio_lower(n, sizes, case.confidence)
    period = bounds.excluded_period_s(len(sizes), part.seconds, case.confidence)
    bound = (
        f"a share of timeouts ≤ {words.upward(100 * share)} % and no more than one episode in "
        f"{period:.0f} s, at {words.confident(case.confidence)}"
    )
    return Found(Outcome.PASS, value, n, seen, bound, against=against)


def throughput(case: Case) -> Found:
    """Judge ok answers/s in every stretch of ``window_s``, wherever in the phase it starts.

    An answer counts at its request's intended start: it came within the deadline, and no jitter
    moves it over a stretch's edge. Where the plan itself offers less than was promised the trial
    did not ask for it: such a stretch neither keeps nor breaks the promise.
    """
    objective, part = case.objective, case.part
    length = round((objective.window_s or 0) * NANOSECONDS)
    blocks = sliding(part.spans, part.intended, length)
    if not part.n or not len(blocks.low):
        why = f"the phase holds no {objective.window_s} s with requests"
        return undecided(why, guard="phase-too-short", n=part.n)
    worst, offer = _worst(part, blocks, objective.value)
    value = worst.served
    seen = (
        f"{words.ratio(value)} ok answers/s in the worst {objective.window_s:g} s, which began "
        f"{words.since_fault(case.timeline, worst.began_ns)}"
    )
    if worst.asked_for and value < objective.value:
        inside = (part.intended >= worst.began_ns) & (part.intended < worst.began_ns + length)
        return Found(Outcome.FAIL, value, part.n, seen, against=inside & ~part.ok)
    if offer < objective.value:
        least = words.ratio(offer)
        why = f"the plan offered as little as {least}/s ({words.rates(case.timeline.plan, part)})"
        return undecided(why, guard="load-too-low", n=part.n, seen=seen, value=value)
    if any(end - start < length for start, end in part.spans):
        why = f"a part of the phase is shorter than {objective.window_s:g} s: nothing is seen of it"
        return undecided(why, guard="phase-too-short", n=part.n, seen=seen, value=value)
    return Found(Outcome.PASS, value, part.n, seen, "as observed, in every such stretch")


@dataclass(frozen=True, slots=True)
class Worst:
    """The stretch with the fewest ok answers, of those the plan ``asked_for`` if there are any."""

    served: float  # ok answers/s
    began_ns: int
    asked_for: bool


def _worst(part: Window, blocks: Sliding, promised: float) -> tuple[Worst, float]:
    """Return the worst stretch and the least that the plan offered in any, both per second."""
    served, fewest, rate = running(part.ok), blocks.fewest(), NANOSECONDS / blocks.length
    failed = blocks.most(running(~part.ok))

    def asked_for(starts: NDArray[np.int64]) -> Measured:
        enough = blocks.counts(starts, every) * NANOSECONDS / blocks.length >= promised
        return blocks.counts(starts[enough], served), starts[enough]

    def at_all(starts: NDArray[np.int64]) -> Measured:
        return blocks.counts(starts, served), starts

    def least(offered: int) -> NDArray[np.int64]:
        return np.maximum(blocks.least(served), offered - failed)

    # A stretch that was offered enough holds as many requests at least as are promised.
    enough = max(fewest, math.floor(promised / rate))
    asked = (
        lowest(blocks, least(enough), asked_for) if np.any(blocks.most(every) >= enough) else None
    )
    count, began = asked or lowest(blocks, least(fewest), at_all) or (0, 0)
    return Worst(count * rate, began, asked is not None), fewest * rate
