"""Objectives of one arm, of each arm or replica: whose requests count, and what the rest do.

Failures often name nobody: a request that was never answered came from no arm and no replica that
anyone knows. Such requests may have been anyone's. So an origin FAILs only if it misses the promise
without them, and PASSes only if it keeps it with every one that speaks against it charged to it;
between, the trial can't tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import words
from seatrial.slo.case import Case, Found, too_small, undecided
from seatrial.slo.rules.latency import mean_latency
from seatrial.slo.rules.ratios import good, good_ratio
from seatrial.slo.rules.spread import LEAST_EXPECTED, steady_stretches, tally
from seatrial.slo.rules.traffic import timeouts
from seatrial.slo.values import Each, Indicator, Op, Outcome
from seatrial.timeline import NO_ARM, NO_REPLICA
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from seatrial.timeline import LoadReport


@dataclass(frozen=True, slots=True)
class Narrow:
    """How an indicator is judged for one origin: its rule, and which requests speak against it.

    ``floor_to_fail`` is False where one request is enough for a FAIL.
    """

    rule: Callable[[Case], Found]
    against: Callable[[Case], NDArray[np.bool_]]
    floor_to_fail: bool = True


#: The indicators that can be asked of an arm or of a replica. A mean is pulled over its limit by
#: the requests at or above it, and by no others.
NARROW: Mapping[Indicator, Narrow] = {
    Indicator.SUCCESS: Narrow(good_ratio, lambda case: ~good(case)),
    Indicator.LATENCY: Narrow(good_ratio, lambda case: ~good(case)),
    Indicator.FIRST_ATTEMPT: Narrow(good_ratio, lambda case: ~good(case)),
    Indicator.MEAN_LATENCY: Narrow(
        mean_latency, lambda case: ~case.part.faster(case.objective.value)
    ),
    Indicator.TIMEOUTS: Narrow(
        timeouts,
        lambda case: case.part.timed_out | (case.part.column("outcome") == Ended.UNSENT),
        floor_to_fail=False,
    ),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """One arm or replica and, over the part's requests, which are known to be its (bool)."""

    name: str
    known: NDArray[np.bool_]


def by_origin(case: Case) -> Found:
    """Judge the arm asked for, or each arm or replica: the worst decides and is named."""
    objective = case.objective
    if objective.each is Each.REPLICA:
        return _each_replica(case)
    codes, arms = case.part.column("arm"), case.timeline.plan.arms
    if objective.arm is not None and objective.arm not in arms:
        return undecided(f"the plan has no arm {objective.arm}", guard="no-such-arm")
    wanted = arms if objective.arm is None else (objective.arm,)
    origins = [Origin(f"arm {name}", codes == arms.index(name)) for name in wanted]
    unknown = np.asarray(codes >= min(len(arms), NO_ARM))
    if not origins:
        return undecided("the plan has no arms", guard="no-such-arm")
    return _worst(case, [(item.name, _judged(case, item, unknown)) for item in origins])


def _each_replica(case: Case) -> Found:
    """Judge each replica that was Ready long enough to be given enough; name the others."""
    report = case.timeline.load
    if report is None:
        return undecided("nobody knows which replica answered: the load process left no report")
    ready, brief = _ready(case)
    if not ready:
        return undecided("no replica was Ready long enough to be judged")
    codes = case.part.column("replica")
    unknown = np.asarray(codes >= min(len(report.replicas), NO_REPLICA))
    judged = []
    for ip in ready:
        name = f"replica {words.replica_name(case.timeline, ip)}"
        origin = Origin(name, np.isin(codes, _codes(report, ip)))
        judged.append((name, _judged(case, origin, unknown)))
    found = _worst(case, judged)
    if not brief:
        return found
    names = ", ".join(words.replica_name(case.timeline, ip) for ip in brief)
    return found.noting(f"Ready too briefly to be judged: {names}")


def _codes(report: LoadReport, ip: str) -> list[int]:
    return [code for code, name in enumerate(report.replicas) if words.host(name) == ip]


def _ready(case: Case) -> tuple[list[str], list[str]]:
    """Return the ips of replicas to be judged, and of those Ready too briefly for the floor."""
    stretches = steady_stretches(case.timeline, case.part.spans)
    tallies, _ = tally(case, stretches)
    least = max(case.objective.floor, LEAST_EXPECTED)
    seen = {ip for item in stretches for ip in item.ready}
    long = sorted(ip for ip, item in tallies.items() if item.expected >= least)
    return long, sorted(seen.difference(long))


def _judged(case: Case, origin: Origin, unknown: NDArray[np.bool_]) -> Found:
    """Judge one origin without the requests of unknown origin, and with them charged to it."""
    narrow = NARROW[case.objective.indicator]
    charged = unknown & narrow.against(case)
    strangers, n = int(np.count_nonzero(charged)), int(np.count_nonzero(origin.known | charged))
    alone = _narrowed(case, origin.known)
    if n < case.objective.floor and (narrow.floor_to_fail or alone.outcome is not Outcome.FAIL):
        return too_small(case.objective.floor, n=n, seen=alone.seen, value=alone.value)
    if alone.outcome is Outcome.FAIL or not strangers:
        return alone
    whole = _narrowed(case, origin.known | charged)
    if whole.outcome is Outcome.PASS:
        many = words.count(strangers, "request")
        return whole.noting(f"{many} of unknown origin counted against it")
    many = words.count(strangers, "request that failed", "requests that failed")
    why = f"{many} came from nobody knows whom: {whole.seen} with them"
    return replace(alone, outcome=Outcome.INCONCLUSIVE).noting(why)


def _narrowed(case: Case, mask: NDArray[np.bool_]) -> Found:
    """Apply the indicator's rule to some of the part's requests, as if there were no others."""
    asked = replace(case.objective, floor=1, arm=None, each=None)
    found = NARROW[asked.indicator].rule(Case(case.timeline, case.part.only(mask), asked))
    if found.against is None:
        return found
    against = np.zeros(len(mask), dtype=np.bool_)
    against[mask] = found.against
    return replace(found, against=against)


def _worst(case: Case, found: list[tuple[str, Found]]) -> Found:
    """Return the worst of them, named; what the others came to stands in its reason."""
    sign = 1 if case.objective.op in (Op.GTE, Op.GT) else -1

    def rank(item: tuple[str, Found]) -> tuple[int, float]:
        value = item[1].value
        return -item[1].outcome.rank, -np.inf if value is None else sign * value

    (name, worst), *others = sorted(found, key=rank)
    if not others:
        return replace(worst, seen=f"{worst.seen} of {name}")
    told = ", ".join(f"{other} {item.outcome}" for other, item in others)
    worst = replace(worst, seen=f"{worst.seen} of {name}, the worst")
    return worst.noting(f"beside it {told}")
