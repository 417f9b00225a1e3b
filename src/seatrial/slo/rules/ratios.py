"""The share of planned requests that were good: answered, in the way that was asked for.

A percentile is such a share: 'P95 < 50 ms' holds when at least 95 % of the planned requests were
ok in less than 50 ms. 'At the first attempt' counts those alone that no proxy had to try again.
What counts as bad can be narrowed to timeouts, or to errors.
Steady phases need the 95 % lower bound to meet the promise. The fault window is judged as observed:
it is this fault that it speaks of, not of faults in general.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import bounds, words
from seatrial.slo.case import Case, Found, too_small, undecided
from seatrial.slo.ranks import percentiles
from seatrial.slo.values import Failure, Indicator, Outcome, PhaseName
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What is wrong with an answer that is ok and does not count as good, by indicator.
_WRONG_WITH_OK = {Indicator.FIRST_ATTEMPT: "retried"}


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
    failed = words.failures(case.timeline, bad, ok=_WRONG_WITH_OK.get(objective.indicator, ""))
    helped, only_so = _retries(case, kept)
    what = "; ".join(filter(None, (failed, helped)))
    found = Found(Outcome.FAIL, ratio, n, seen, why=what, against=~kept, kept_by_retries=only_so)
    if not objective.op.holds(ratio, objective.value):
        return found
    untold = _untold(case)
    if untold:
        return undecided(untold, n=n, seen=seen, value=ratio)
    if part.phase is PhaseName.FAULT:
        bound = "as observed, of this fault only"
        return replace(found, outcome=Outcome.PASS, bound=bound)
    return _steady(case, found, bounds.episodes(bad["intended"]))


def good(case: Case) -> NDArray[np.bool_]:
    """Return which requests were answered: below the latency, or at the first attempt, if asked.

    Where the objective names what is bad, what failed in another way is good.
    """
    if case.objective.bad:
        return ~_failed(case)
    if case.objective.indicator is Indicator.FIRST_ATTEMPT:
        return np.asarray(case.part.ok & ~case.part.retried)
    limit = case.objective.within_ms
    return case.part.ok if limit is None else case.part.ok & case.part.faster(limit)


def _failed(case: Case) -> NDArray[np.bool_]:
    """Return which requests failed in a way that the objective names, or were never sent."""
    part, outcome = case.part, case.part.column("outcome")
    bad = np.asarray(outcome == Ended.UNSENT)
    if Failure.TIMEOUT in case.objective.bad:
        bad |= part.timed_out
    if Failure.ERROR in case.objective.bad:
        bad |= (outcome == Ended.ERROR) & ~part.timed_out
    return bad


def _untold(case: Case) -> str:
    """Say that answers of this trial may have been retried unsaid; "" where all say it."""
    report = case.timeline.load
    if case.objective.indicator is not Indicator.FIRST_ATTEMPT or report is None:
        return ""
    if not report.untold:
        return ""
    many = words.count(report.untold, "good answer")
    return f"{many} of the trial did not say how often the proxy tried (request.attempts_header)"


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


def _retries(case: Case, kept: NDArray[np.bool_]) -> tuple[str, bool]:
    """Say how many good answers needed the proxy's retries; tell if the promise holds only so."""
    good, holds = int(np.count_nonzero(kept)), case.objective.op.holds
    again = int(np.count_nonzero(kept & case.part.ok & case.part.retried))
    if not again:
        return "", False
    with_them, without = good / case.part.n, (good - again) / case.part.n
    text = f"{words.count(again, 'good answer')} came by a retry at the proxy"
    promised = case.objective.value
    if holds(without, promised) or not holds(with_them, promised):
        return text, False
    return f"{text}, kept only by them: {words.ratio(without)} without", True


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
