"""What an objective promises, as one sentence for people who are no statisticians. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo import words
from seatrial.slo.values import Indicator, Op

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.slo.values import Objective

#: The indicators that are a share of requests: how a good one is described.
GOOD: Mapping[Indicator, str] = {
    Indicator.SUCCESS: "get a prediction",
    Indicator.LATENCY: "get a prediction in less than {within:g} ms",
    Indicator.FIRST_ATTEMPT: "get a prediction at the first attempt, without a retry at the proxy",
}
#: What is promised of all others. ``{limit}`` is a comparison with a number, ``{no:noun}`` one of
#: a count, ``{whose}`` the arm or replica that is asked for.
SENTENCES: Mapping[Indicator, str] = {
    Indicator.MEAN_LATENCY: "the mean latency of the planned requests{whose} is {limit} ms, a "
    "failed one counting with its deadline",
    Indicator.TIMEOUTS: "the planned requests{whose} see {no:timeout}, be it their own deadline or "
    "a 504",
    Indicator.THROUGHPUT: "{limit} requests/s are answered with a prediction in every stretch of "
    "{window:g} s",
    Indicator.REPLICA_RANGE: "the instruments take {no:sample} of a number of replicas outside the "
    "planned range, or of an autoscaler that is gone or has another range",
    Indicator.SCALING_ACTIVE: "the autoscaler is unable to scale for {limit} s in all{grace}",
    Indicator.SCALE_UP_LAG: "it takes {limit} s from the load's rise until CPU is back within its "
    "target and as many replicas are Ready as the autoscaler desires",
    Indicator.SCALE_DOWN_LAG: "it takes {limit} s from the load's fall until the autoscaler "
    "desires its smallest number of replicas again",
    Indicator.SCALING_STEPS: "the autoscaler makes {no:step} larger than its own policies allow",
    Indicator.SCALING_REVERSALS: "the autoscaler makes {no:change} of direction within any one "
    "stabilisation window",
    Indicator.EARLY_DOWN_STEPS: "the autoscaler makes {no:step} down before its down window is "
    "over",
    Indicator.REPLICA_WRITERS: "others than the autoscaler make {no:write} of spec.replicas",
    Indicator.READY_LAG: "the number of Ready replicas is another than the autoscaler desires for "
    "{limit} s at a stretch",
    Indicator.READY_REPLICAS: "{limit} replicas are Ready at every instant",
    Indicator.REPLICA_SPREAD: "every Ready replica's share of the answers is {limit} % off a fair "
    "one",
    Indicator.ARM_SPLIT: "every arm's share of the answers is {limit} percentage points off the "
    "configured one",
    Indicator.SERVED_AGAIN: "it takes {limit} s from the fault until clients are served as before: "
    "of the requests in the following {window:g} s, {ok} get a prediction, and {fast} one in less "
    "than {within:g} ms",
    Indicator.REPLICA_REPLACED: "it takes {limit} s from the fault until the lost replica's "
    "successor is Ready",
    Indicator.PARITY: "clients get {no:answer} other than the golden set's for its input and arm",
    Indicator.PROXY_RETRIES: "the proxies make {no:retry} for each 100 good answers",
    Indicator.EJECTIONS: "the proxies leave out a replica for its errors in {no:case}",
    Indicator.PROXY_OVERFLOWS: "the proxies' own limits forbid {no:attempt}, a retry being one",
    Indicator.UNDO: "the cluster keeps {no:fault} once the trial is over",
}
_LIMITS = {Op.LT: "less than", Op.LTE: "at most", Op.GT: "more than", Op.GTE: "at least"}


def meaning(objective: Objective) -> str:
    """Return what the objective promises, in one sentence."""
    return f"{capital(objective.phase.words)}, {_promise(objective)}."


def capital(text: str) -> str:
    """Return the text with its first letter large."""
    return text[0].upper() + text[1:]


def _promise(objective: Objective) -> str:
    if objective.indicator in GOOD:
        good = GOOD[objective.indicator].format(within=objective.within_ms)
        if objective.bad:
            good = f"are sent and end without {' or '.join(objective.bad)}"
        return f"{share(objective.value)} planned requests{_whose(objective)} {good}"
    return SENTENCES[objective.indicator].format(
        limit=f"{_LIMITS[objective.op]} {objective.value:g}",
        no=_Count(objective),
        whose=_whose(objective),
        window=objective.window_s or 0,
        within=objective.within_ms or 0,
        grace=f", from {objective.grace_s:g} s into it on" if objective.grace_s else "",
        ok=share(objective.good_ratio or 0),
        fast=share(objective.fast_ratio or 0),
    )


def _whose(objective: Objective) -> str:
    if objective.each:
        return f" of each {objective.each}, the worst deciding,"
    return f" of arm {objective.arm}" if objective.arm else ""


def share(ratio: float) -> str:
    """Return a ratio as people say it: at least 999 of 1,000."""
    for size in (10, 100, 1_000, 10_000, 100_000):
        if abs(ratio * size - round(ratio * size)) < 1e-9:  # noqa: PLR2004 -- rounding of floats
            return f"at least {round(ratio * size):,} of {size:,}"
    return f"at least {words.ratio(100 * ratio)} % of the"


class _Count:
    """The promised count of whatever a sentence names: ``{no:step}`` is ``at most 3 steps``."""

    def __init__(self, objective: Objective) -> None:
        self._op, self._value = objective.op, objective.value

    def __format__(self, noun: str) -> str:
        value = self._value
        if (self._op, value) == (Op.LTE, 0) or (self._op is Op.LT and 0 < value <= 1):
            return f"no {noun}"
        plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
        return f"{_LIMITS[self._op]} {value:g} {noun if value == 1 else plural}"
