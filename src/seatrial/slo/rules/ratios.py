"""The share of planned requests that were good: answered, and below the latency asked for.

A percentile is such a share: 'P95 < 50 ms' holds when at least 95 % of the planned requests were
ok in less than 50 ms. Steady phases need the 95 % lower bound to meet the promise. The fault
window is judged as observed: it is this fault that it speaks of, not of faults in general.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import bounds, words
from seatrial.slo.case import Case, Found, too_small, undecided
from seatrial.slo.ranks import percentiles
from seatrial.slo.values import Outcome, PhaseName

if TYPE_CHECKING:
    from numpy.typing import NDArray


def good_ratio(case: Case) -> Found:
    """Judge the ratio of good requests; its bound allows for failures that come in bursts."""
    objective, part = case.objective, case.part
    kept = good(case)
    n, bad = part.n, part.those(~kept)
    if not n:
        return undecided("there is no request to judge")
    ratio = (n - len(bad)) / n
    seen = _seen(case, n - len(bad))
    if n < objective.floor:
        return too_small(objective.floor, n=n, seen=seen, value=ratio)
    what = "; ".join(filter(None, (words.failures(case.timeline, bad), _retries(case, kept, n))))
    found = Found(Outcome.FAIL, ratio, n, seen, why=what, against=~kept)
    if not objective.op.holds(ratio, objective.value):
        return found
    if part.phase is PhaseName.FAULT:
        bound = "as observed, of this fault only"
        return replace(found, outcome=Outcome.PASS, bound=bound)
    return _steady(case, found, bounds.episodes(bad["intended"]))


def good(case: Case) -> NDArray[np.bool_]:
    """Return which of the part's requests were answered, and below the latency asked for."""
    limit = case.objective.within_ms
    return case.part.ok if limit is None else case.part.ok & (case.part.cost_ms < limit)


def _seen(case: Case, kept: int) -> str:
    n = case.part.n
    share = f"{words.ratio(kept / n)} ({kept:,} of {words.count(n, 'request')})"
    if case.objective.within_ms is None:
        return share
    rank = 100 * case.objective.value
    [figure] = percentiles(case.part.cost_ns, (rank,), case.confidence)
    between = (
        f"({words.between(figure.low, figure.high)} at {words.confident(case.confidence)} each way)"
    )
    value = f"P{rank:g} {words.upward(figure.value)} ms {between}"
    return f"{share} below {case.objective.within_ms:g} ms, {value}"


def _retries(case: Case, good: NDArray[np.bool_], n: int) -> str:
    """Say how many good answers needed the proxy's retries, and whether the promise did."""
    again = int(np.count_nonzero(good & case.part.retried))
    if not again:
        return ""
    without = (int(np.count_nonzero(good)) - again) / n
    needed = not case.objective.op.holds(without, case.objective.value)
    text = f"{words.count(again, 'good answer')} came by a retry at the proxy"
    return f"{text}, kept only by them: {words.ratio(without)} without" if needed else text


def _steady(case: Case, found: Found, sizes: NDArray[np.int64]) -> Found:
    """Decide by the lower bound; where it decides nothing, say what would."""
    promised, seconds, n = case.objective.value, case.part.seconds, found.n
    lower = bounds.ratio_lower(n, sizes, case.confidence)
    period = bounds.excluded_period_s(len(sizes), seconds, case.confidence)
    bound = (
        f"≥ {words.ratio(lower)} at {words.confident(case.confidence)}, bursts allowed for: "
        f"{words.count(len(sizes), 'episode')} in {seconds:.0f} s exclude more than one "
        f"in {period:.0f} s"
    )
    if case.objective.op.holds(lower, promised):
        return replace(found, outcome=Outcome.PASS, bound=bound)
    scale = bounds.deciding_scale(n, sizes, promised, case.confidence)
    need = "no longer trial would decide it at this rate of failures"
    if scale is not None:
        need = f"about {round(scale * n):,} requests ({scale * seconds:.0f} s) would decide it"
    why = "; ".join(filter(None, (need, found.why)))
    return replace(found, outcome=Outcome.INCONCLUSIVE, bound=bound, why=why)
