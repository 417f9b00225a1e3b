"""Says from the requests whether a replica that was hung or cut off answered no more. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seatrial.fault import instants
from seatrial.fault.evidence import answered_by
from seatrial.fault.told import REPLICA
from seatrial.timeline import NANOSECONDS, Evidence, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seatrial.fault.instants import Instant
    from seatrial.timeline import FaultTarget

#: What it had already answered may still be on its way for this long.
ON_THE_WAY_NS = NANOSECONDS


def of_silence(
    hit: Mapping[str, Any],
    targets: Sequence[FaultTarget],
    requests: NDArray[Any],
    replicas: Sequence[str],
    span_ns: tuple[int, int],
) -> tuple[Evidence, ...]:
    """Return what the answers say, for a fault that lets none through; else nothing.

    ``span_ns``: from the act until the next one, which undoes it, since the requests' epoch. Only
    good answers count: a proxy names the replica also in what it says in its place.
    """
    if not hit.get("silences"):
        return ()
    from_ns, until_ns = span_ns[0] + ON_THE_WAY_NS, span_ns[1]
    good = requests[requests["outcome"] == Outcome.OK]
    found = []
    for target in (item for item in targets if item.what == REPLICA):
        served = answered_by(good, replicas, target.address, from_ns, until_ns)
        seconds = max(until_ns - from_ns, 0) / NANOSECONDS
        words = f"{served} good answers of {target.address} in {seconds:.1f} s"
        held = served == 0 and seconds > 0
        found.append(Evidence("the replica answered no more", held, words))
    return tuple(found)


def next_action_ns(passed: Sequence[Instant]) -> int:
    """Return the instant before the second action (ns of CLOCK_MONOTONIC), or the last one."""
    acts = [it for it in passed if it.event == instants.BEFORE and it.kind == "action"]
    return (acts[1] if len(acts) > 1 else passed[-1]).monotonic_ns
