"""Mean latency over planned requests, those that are not ok counted with their deadline."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import bounds, words
from seatrial.slo.case import Case, Found, too_small, undecided
from seatrial.slo.values import Outcome, PhaseName
from seatrial.timeline import NANOSECONDS_PER_MS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seatrial.slo.windows import Window

#: Batches of equal length in time that a phase is cut into.
BATCHES = 20


def mean_latency(case: Case) -> Found:
    """Judge the mean: steady phases by a 95 % upper bound, the fault window as observed."""
    objective, part = case.objective, case.part
    n = part.n
    if not n:
        return undecided("there is no request to judge")
    mean = part.mean_ms
    seen = f"{words.upward(mean)} ms over {words.count(n, 'request')}"
    if n < objective.floor:
        return too_small(objective.floor, n=n, seen=seen, value=mean)
    against = ~part.ok
    bad = words.failures(case.timeline, part.those(against))
    what = f"counted with their deadline: {bad}" if bad else ""
    if not objective.op.holds(mean, objective.value):
        return Found(Outcome.FAIL, mean, n, seen, why=what, against=against)
    kept, only_so = _retries(case)
    what = "; ".join(filter(None, (what, kept)))
    found = Found(Outcome.PASS, mean, n, seen, why=what, against=against, kept_by_retries=only_so)
    if part.phase is PhaseName.FAULT:
        return replace(found, bound="as observed, of this fault only")
    return _steady(case, found)


def _retries(case: Case) -> tuple[str, bool]:
    """Say how many good answers needed the proxy's retries; tell if the promise holds only so.

    Without its retry each of them would have cost a deadline, as every failure does.
    """
    part, objective, deadline_ms = case.part, case.objective, case.timeline.plan.deadline_ms
    again = part.ok & part.retried
    number = int(np.count_nonzero(again))
    if not number:
        return "", False
    saved = deadline_ms * number - float(part.cost_ms[again].sum())
    without = part.mean_ms + saved / part.n
    text = f"{words.count(number, 'good answer')} came by a retry at the proxy"
    if objective.op.holds(without, objective.value):
        return text, False
    return f"{text}, kept only by them: {words.upward(without)} ms without", True


def _steady(case: Case, found: Found) -> Found:
    """Decide by the upper bound; where it decides nothing, say what would."""
    objective, part, mean = case.objective, case.part, found.value or 0.0
    upper = bounds.mean_upper(*batches(part), case.confidence)
    if not np.isfinite(upper):
        why = "the load is too uneven over the phase for batches of equal length to bound its mean"
        return replace(found, outcome=Outcome.INCONCLUSIVE, why=why)
    sure = words.confident(case.confidence)
    bound = f"≤ {words.upward(upper)} ms at {sure}, from {BATCHES} batch means"
    if objective.op.holds(upper, objective.value):
        return replace(found, bound=bound)
    # The bound's distance from the mean shrinks with the root of the trial's length.
    scale = ((upper - mean) / (objective.value - mean)) ** 2 if objective.value > mean else np.inf
    need = f"about {scale * part.seconds:.0f} s like these would decide it"
    why = "; ".join(filter(None, (need, found.why)))
    return replace(found, outcome=Outcome.INCONCLUSIVE, bound=bound, why=why)


def batches(part: Window) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return each batch's sum (ms) and count of requests, shapes ``(batches,)``."""
    length = sum(end - start for start, end in part.spans) / BATCHES
    edges: list[int] = []
    for start, end in part.spans:
        pieces = max(1, round((end - start) / length))
        # A request is in batch k when (intended - start)·pieces // (end - start) is k.
        edges += [start - (start - end) * k // pieces for k in range(pieces)]
    places = np.searchsorted(part.intended, [*edges, part.spans[-1][1]])
    costs = (part.cost_ns[low:high] for low, high in pairwise(places.tolist()))
    sums = np.asarray([cost.sum(dtype=np.int64) for cost in costs], dtype=np.float64)
    return sums / NANOSECONDS_PER_MS, np.diff(places).astype(np.int64)
