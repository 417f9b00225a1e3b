"""Whether the answers were the golden set's, for the same inputs: before, in and after a fault.

The load compared every ok answer as it came; here the records' error says which ones differed.
A request that is not ok has no answer: that is for the other promises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.slo import bounds, words
from seatrial.slo.case import Case, Found, too_small, undecided
from seatrial.slo.values import Outcome
from seatrial.timeline import ERROR_KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seatrial.timeline import LoadReport, Timeline

DIFFERS = ERROR_KINDS.index("differs")
NOT_COMPARED = ERROR_KINDS.index("not-compared")
#: Arms and replicas named one by one; a difference that is everywhere needs no more names.
NAMED = 4


def parity(case: Case) -> Found:
    """Judge how many answers differ from the golden set's, as observed.

    One too many is a FAIL whatever N is. None is a PASS from ``floor`` compared answers on, if
    each arm of the plan gave some of them and no answer was left out that could differ.
    """
    report, errors, ok = case.timeline.load, case.part.column("error"), case.part.ok
    if report is None or not report.golden:
        return undecided("nothing was compared: set request.golden in seatrial.toml")
    differs, compared = ok & (errors == DIFFERS), ok & (errors != NOT_COMPARED)
    n, count = int(np.count_nonzero(compared)), int(np.count_nonzero(differs))
    unknown = int(np.count_nonzero(ok)) - n
    inputs = words.count(report.golden, "input")
    seen = f"{count:,} of {words.count(n, 'compared answer')} to {inputs}"
    value, op, promised = float(count), case.objective.op, case.objective.value
    if not op.holds(value, promised):
        why = _differing(case.timeline, report, case.part.those(differs))
        return Found(Outcome.FAIL, value, n, seen, why=why, against=differs)
    if n < case.objective.floor:
        least = case.objective.floor
        return too_small(least, "compared answers", n=n, seen=seen, value=value)
    silent = _silent(case, compared)
    if silent:
        return undecided(f"no answer of {silent} was compared", n=n, seen=seen, value=value)
    if unknown and not op.holds(value + unknown, promised):
        why = f"{words.count(unknown, 'answer')} could not be compared: of no arm of the golden set"
        return undecided(why, n=n, seen=seen, value=value)
    failed_at = case.part.intended[differs]
    share = 1 - bounds.ratio_lower(n, bounds.episodes(failed_at), case.confidence)
    sure = words.confident(case.confidence)
    bound = f"a share of wrong answers ≤ {words.upward(100 * share)} % at {sure}"
    return Found(Outcome.PASS, value, n, seen, bound, against=differs)


def _silent(case: Case, compared: NDArray[np.bool_]) -> str:
    """Name the arms of the plan of which no answer was compared; "" where each gave some."""
    codes, arms = case.part.column("arm"), enumerate(case.timeline.plan.arms)
    return " or ".join(name for code, name in arms if not np.any(compared & (codes == code)))


def _differing(timeline: Timeline, report: LoadReport, wrong: NDArray[Any]) -> str:
    """Say which answers differ: when, of which arms, from which replicas, and one example."""
    arms = dict(enumerate(timeline.plan.arms))
    addresses = [words.replica_name(timeline, words.host(item)) for item in report.replicas]
    parts = [words.failures(timeline, wrong), _tally("of", wrong["arm"], arms)]
    if len(np.unique(wrong["replica"])) > 1:  # a single one is named with the failures
        parts.append(_tally("from", wrong["replica"], dict(enumerate(addresses))))
    example = _example(report, wrong)
    return "; ".join([", ".join(parts), example] if example else [", ".join(parts)])


def _tally(word: str, codes: NDArray[np.uint8], names: dict[int, str]) -> str:
    """Count the answers by arm or replica, the most first: ``of baseline-predictor (12)``."""
    found = zip(*np.unique(codes, return_counts=True), strict=True)
    ranked = sorted(((int(number), int(code)) for code, number in found), reverse=True)
    named = [f"{names.get(code, 'unknown')} ({number:,})" for number, code in ranked[:NAMED]]
    return f"{word} {', '.join(named)}{', …' if len(ranked) > NAMED else ''}"


def _example(report: LoadReport, wrong: NDArray[Any]) -> str:
    """Return the first of the wrong answers that the load kept."""
    instants = set(wrong["intended"].tolist())
    first = min(
        (item for item in report.differences if item.at_ns in instants),
        key=lambda item: item.at_ns,
        default=None,
    )
    return f"e.g. input {first.input}: {first.what}" if first else ""
