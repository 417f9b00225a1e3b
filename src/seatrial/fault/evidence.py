"""Says from journal and requests whether a killed replica was really hit. Pure.

A fault counts only with evidence: the experiment did what it says, the replica's UID is gone,
another stands in its place, and requests were in flight, the replica's own among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.timeline import NANOSECONDS, Evidence, FaultTarget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seatrial.fault.journal import Journal

KILL = "seatrial.fault.actions.kill_replica"
EXIST = "seatrial.fault.probes.replicas_exist"

#: A request takes a few ms, so at one instant there may be none under way by chance. The replica
#: must have been hit under load: requests in flight in this second from the kill …
DYING_NS = NANOSECONDS
#: … and answers of this very replica in the seconds before it.
SERVING_NS = 5 * NANOSECONDS


@dataclass(frozen=True, slots=True)
class Killed:
    """A kill as the journal has it; instants in ns of CLOCK_MONOTONIC."""

    name: str
    uid: str
    address: str
    started_monotonic_ns: int
    before: tuple[str, ...]  # the UIDs of all replicas just before it


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


def kill_of(journal: Journal) -> Killed | None:
    """Return the kill in the journal's method, None where there is none that succeeded."""
    for activity in journal.method:
        if activity.function == KILL and isinstance(activity.output, dict):
            raw = activity.output
            return Killed(
                name=raw["name"],
                uid=raw["uid"],
                address=raw["address"],
                started_monotonic_ns=raw["started_monotonic_ns"],
                before=tuple(item["uid"] for item in raw["replicas_before"]),
            )
    return None


def target_of(kill: Killed, journal: Journal) -> tuple[FaultTarget, bool]:
    """Return the killed replica with its successor, and whether its UID is gone from the API.

    The successor has its name (StatefulSet), or else is one that was not there before.
    """
    later = _replicas_later(journal)
    new = [item for item in later if item["uid"] not in kill.before]
    named = [item for item in new if item["name"] == kill.name]
    after = next((str(item["uid"]) for item in named or new), "")
    gone = bool(later) and all(item["uid"] != kill.uid for item in later)
    return FaultTarget(kill.name, kill.uid, after, kill.address), gone


def _replicas_later(journal: Journal) -> Sequence[Mapping[str, Any]]:
    """Return the replicas as the method's last probe of them saw them."""
    seen = [
        activity.output["replicas"]
        for activity in journal.method
        if activity.function == EXIST and isinstance(activity.output, dict)
    ]
    return seen[-1] if seen else ()


def of_kill(target: FaultTarget, *, gone: bool) -> tuple[Evidence, ...]:
    """Return what the API showed of the killed replica."""
    after = target.uid_after
    return (
        Evidence("old replica gone", gone, f"{target.name}, UID {target.uid_before}"),
        Evidence(
            "another replica in its place",
            bool(after) and after != target.uid_before,
            f"UID {after}" if after else "none was seen",
        ),
    )


def of_traffic(
    requests: NDArray[Any], replicas: Sequence[str], address: str, at_ns: int
) -> tuple[Evidence, ...]:
    """Return what the load shows of the replica at the kill, ``at_ns`` since the epoch."""
    during = in_flight(requests, at_ns, at_ns + DYING_NS)
    words = f"{during} in the second from the kill, {in_flight(requests, at_ns)} at its instant"
    found = [Evidence("requests in flight", during > 0, words)]
    served = answered_by(requests, replicas, address, at_ns - SERVING_NS, at_ns)
    words = f"{served} answers of {address} in the {SERVING_NS // NANOSECONDS} s before it"
    if served is None:
        # Any pod could have been killed: nothing ties it to the traffic that is judged.
        words = "no answer names its replica; let the proxy do so, see request.replica_header"
    found.append(Evidence("the replica was serving", bool(served), words))
    return tuple(found)
