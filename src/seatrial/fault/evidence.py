"""Says from journal and requests whether a fault really landed. Pure.

A fault counts only with evidence: the experiment did what it says, its activities proved it, and
requests were in flight, those of each replica that was hit among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.fault.told import PROXY, REPLICA
from seatrial.timeline import NANOSECONDS, Evidence, FaultTarget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seatrial.fault.journal import Journal
    from seatrial.timeline import ProxySample

#: A request takes a few ms, so at one instant there may be none under way by chance. The replica
#: must have been hit under load: requests in flight in this second from the kill …
DYING_NS = NANOSECONDS
#: … and answers of this very replica in the seconds before it.
SERVING_NS = 5 * NANOSECONDS


def in_flight(requests: NDArray[Any], from_ns: int, until_ns: int | None = None) -> int:
    """Count the requests under way at ``from_ns``, or at some time of ``[from_ns, until_ns)``.

    ``requests`` has dtype ``timeline.REQUEST``; instants in ns since its epoch. A request is
    under way from ``sent`` until ``end``; an unsent one never was.
    """
    last = from_ns + 1 if until_ns is None else until_ns
    sent = requests["sent"]
    return int(np.count_nonzero((sent >= 0) & (sent < last) & (requests["end"] > from_ns)))


def answered_by(
    requests: NDArray[Any], replicas: Sequence[str], address: str, from_ns: int, until_ns: int
) -> int | None:
    """Count the answers of the replica with that ip in ``[from_ns, until_ns)``.

    ``replicas`` (ip:port) is what the requests' ``replica`` indexes. None when no request names
    its replica at all: then nothing is known.
    """
    if not len(replicas):
        return None
    own = [index for index, item in enumerate(replicas) if _host(item) == address]
    end = requests["end"]
    inside = (end >= from_ns) & (end < until_ns) & np.isin(requests["replica"], own)
    return int(np.count_nonzero(inside))


def _host(address: str) -> str:
    return address.rpartition(":")[0].strip("[]")


def of_experiment(journal: Journal) -> tuple[Evidence, ...]:
    """Return what the journal says of the experiment up to and with its method."""
    states = [state for state in (journal.before, *journal.during) if state is not None]
    missed = [state.problem for state in states if not state.met]
    problems = [activity.problem for activity in journal.method if activity.problem]
    return (
        Evidence("experiment completed", journal.status == "completed", f"status {journal.status}"),
        Evidence(
            "steady state before the fault",
            journal.before is not None and not missed,
            "; ".join(missed) or ("met" if journal.before else "never checked"),
        ),
        Evidence(
            "method succeeded",
            bool(journal.method) and not problems,
            "; ".join(problems) or f"{len(journal.method)} activities",
        ),
    )


def told(journal: Journal) -> tuple[Mapping[str, Any], ...]:
    """Return what method and rollbacks told (`fault.told.Told`), in their order."""
    ran = (*journal.method, *journal.rollbacks)
    return tuple(item.output for item in ran if isinstance(item.output, dict))


def hit_of(journal: Journal) -> Mapping[str, Any] | None:
    """Return the act (`fault.told.Hit`) that the journal tells of, None where there is none."""
    return next((item["hit"] for item in told(journal) if "hit" in item), None)


def targets_of(hit: Mapping[str, Any]) -> tuple[FaultTarget, ...]:
    """Return what was hit."""
    return tuple(
        FaultTarget(raw["name"], raw["uid"], raw["uid_after"], raw["address"], raw["what"])
        for raw in hit["targets"]
    )


def of_activities(journal: Journal) -> tuple[Evidence, ...]:
    """Return what the activities themselves proved, in their order."""
    return tuple(
        Evidence(raw["name"], raw["held"], raw["detail"])
        for item in told(journal)
        for raw in item.get("proofs", ())
    )


def abort_of(journal: Journal) -> tuple[int, str]:
    """Return when the fault was cut short (ns of CLOCK_MONOTONIC; 0: it was not), and why."""
    for item in told(journal):
        if item.get("aborted_monotonic_ns"):
            return int(item["aborted_monotonic_ns"]), str(item.get("why", ""))
    return 0, ""


def of_traffic(
    requests: NDArray[Any],
    replicas: Sequence[str],
    targets: Sequence[FaultTarget],
    at_ns: int,
    proxies: Sequence[ProxySample] = (),
) -> tuple[Evidence, ...]:
    """Return what the load shows at the fault, ``at_ns`` since the epoch, of each pod hit, too."""
    during = in_flight(requests, at_ns, at_ns + DYING_NS)
    words = f"{during} in the second from the fault, {in_flight(requests, at_ns)} at its instant"
    found = [Evidence("requests in flight", during > 0, words)]
    for target in targets:
        if target.what == REPLICA:
            found.append(_serving(requests, replicas, target, at_ns))
        elif target.what == PROXY:
            found.append(_passing(proxies, target, at_ns))
    return tuple(found)


def _serving(
    requests: NDArray[Any], replicas: Sequence[str], target: FaultTarget, at_ns: int
) -> Evidence:
    served = answered_by(requests, replicas, target.address, at_ns - SERVING_NS, at_ns)
    words = f"{served} answers of {target.address} in the {SERVING_NS // NANOSECONDS} s before it"
    if served is None:
        # Any pod could have been hit: nothing ties it to the traffic that is judged.
        words = "no answer names its replica; let the proxy do so, see request.replica_header"
    return Evidence("the replica was serving", bool(served), words)


def _passing(proxies: Sequence[ProxySample], target: FaultTarget, at_ns: int) -> Evidence:
    """Tell whether a proxy passed requests on in the seconds before the fault, as it counts."""
    counts = [
        sum(upstream.requests for upstream in item.upstreams)
        for item in sorted(proxies, key=lambda item: item.at_ns)
        if item.uid == target.uid_before and item.answered
        if at_ns - SERVING_NS <= item.at_ns < at_ns
    ]
    passed = counts[-1] - counts[0] if counts else 0
    words = f"{passed} requests passed on between {len(counts)} looks at {target.name} before it"
    if not counts:
        words = f"{target.name} was not read before it; see target.proxy_admin_port"
    return Evidence("the proxy was serving", passed > 0, words)
