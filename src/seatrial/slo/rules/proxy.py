"""What the proxies count by themselves: retries, replicas left out, attempts that a limit forbade.

FAIL where the least that was counted breaks the promise, PASS where the most keeps it. Between,
what was counted at the phase's edges decides, and the trial can't tell to which side it belongs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import words
from seatrial.slo.case import Case, Found, undecided
from seatrial.slo.proxies import Counted, counted
from seatrial.slo.values import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.timeline import UpstreamCounts

#: So many of those that counted are named one by one.
NAMED = 4
NO_SAMPLE = "no proxy told what it counts; is target.proxy_admin_port that of an Envoy?"


def ejections(case: Case) -> Found:
    """Judge how often a proxy left a replica out for its errors."""
    found = _count(case, lambda item: item.ejections, "ejection")
    left = {
        words.replica_name(case.timeline, words.host(address))
        for sample in case.timeline.proxy
        if any(start <= sample.at_ns < end for start, end in case.part.spans)
        for address in sample.ejected
    }
    return found.noting(f"seen left out: {', '.join(sorted(left))}" if left else "")


def proxy_overflows(case: Case) -> Found:
    """Judge how many attempts, retries too, the proxies' own limits forbade."""
    return _count(case, lambda item: item.overflows, "overflow")


def _count(case: Case, read: Callable[[UpstreamCounts], int], noun: str) -> Found:
    total = counted(case.timeline, case.part.spans, read)
    if not total.samples:
        return undecided(NO_SAMPLE)
    seen = f"{_between(total, noun)} by {_proxies(total)}"
    return _decided(case, total, (total.least, total.most), n=total.samples, seen=seen)


def proxy_retries(case: Case) -> Found:
    """Judge the proxies' retries for each 100 good answers, beside those that clients were told of.

    They count more than clients are told when an answer never reaches its client. Should they count
    less, somebody else answered, whom nobody watches.
    """
    total = counted(case.timeline, case.part.spans, lambda item: item.retries)
    if not total.samples:
        return undecided(NO_SAMPLE)
    ok = int(np.count_nonzero(case.part.ok))
    counts = f"{_between(total, 'retry', 'retries')} by {_proxies(total)}"
    if not ok and not total.least:
        return undecided("there is no good answer to count retries for", n=case.part.n, seen=counts)
    if not ok:
        return Found(Outcome.FAIL, None, case.part.n, f"{counts}, and no good answer")
    most = 100 * total.most / ok
    seen = f"{words.upward(most)} retries for 100 good answers ({counts})"
    found = _decided(case, total, (100 * total.least / ok, most), n=case.part.n, seen=seen)
    unwatched = _unwatched(case) if found.outcome is Outcome.PASS else ""
    if unwatched:
        return undecided(unwatched, n=found.n, seen=seen, value=found.value)
    # Its records are the requests that clients were told of.
    told = int(case.part.those(case.part.retried)["retries"].sum(dtype=np.int64))
    found = replace(found, against=case.part.retried, instants=())
    return found.noting(_beside(total, told))


def _beside(total: Counted, told: int) -> str:
    """Compare the proxies' count with the clients', and say where they disagree."""
    clients = f"clients were told of {told:,}"
    if total.least > told:
        more = f"{total.least - told:,} more than that were made for answers that reached no client"
        return f"{clients}; {more} of this trial"
    return clients


def _unwatched(case: Case) -> str:
    """Say that clients were told of more retries than all proxies counted in the whole trial."""
    timeline = case.timeline
    last = max((item.asked_ns for item in timeline.proxy if item.answered), default=0)
    trial = case.part.trial
    retried = trial.requests[np.flatnonzero(trial.columns.retried)]
    told = int(retried["retries"][retried["end"] <= last].sum(dtype=np.int64))
    first = min(phase.start_ns for phase in timeline.plan.phases)
    total = counted(timeline, ((first, last),), lambda item: item.retries)
    if told <= total.most or total.unknown:
        return ""
    return (
        f"clients were told of {words.count(told, 'retry', 'retries')}, the proxies watched made "
        f"{total.most:,}: not all that answer are watched"
    )


def _decided(
    case: Case, total: Counted, bounds: tuple[float, float], *, n: int, seen: str
) -> Found:
    """Decide by the least and by the most; name those that counted."""
    objective, least, most = case.objective, float(bounds[0]), float(bounds[1])
    why, shown = _whose(total), total.instants
    if not objective.op.holds(least, objective.value):
        return Found(Outcome.FAIL, least, n, seen, why=why, instants=shown)
    if total.unknown:
        missed = "; ".join(total.unknown)
        return undecided(missed, guard="proxy-lost", n=n, seen=seen, value=least).noting(why)
    if objective.op.holds(most, objective.value):
        return Found(Outcome.PASS, most, n, seen, "as counted by the proxies", why, instants=shown)
    between = "the rest lies between two samples, and may have been before or after the phase"
    found = undecided(between, guard="between-samples", n=n, seen=seen, value=least)
    return replace(found, instants=shown).noting(why)


def _between(total: Counted, noun: str, plural: str = "") -> str:
    if total.least == total.most:
        return words.count(total.most, noun, plural)
    return f"{total.least:,} to {words.count(total.most, noun, plural)}"


def _proxies(total: Counted) -> str:
    many = words.count(total.proxies, "proxy", "proxies")
    return f"{many} in {words.count(total.samples, 'sample')}"


def _whose(total: Counted) -> str:
    """Name the proxies and upstreams that counted, the most first."""
    ranked = sorted(total.by.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{number:,} of {upstream} by {name}" for (name, upstream), number in ranked[:NAMED]]
    rest = sum(number for _, number in ranked[NAMED:])
    return ", ".join([*named, f"{rest:,} more"] if rest else named)
