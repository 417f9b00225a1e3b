"""The words of a verdict: numbers that don't round a promise away, and what went wrong where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.slo.spans import fault, reached
from seatrial.timeline import NANOSECONDS, NO_REPLICA, error_name
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seatrial.slo.windows import Window
    from seatrial.timeline import Plan, Timeline

#: Kinds of failure named one by one; the rest is counted together.
KINDS_NAMED = 3


def ratio(value: float) -> str:
    """Return a ratio with six decimals at the most, cut off, so that 0.8999999 never reads 0.9."""
    return f"{np.floor(value * 1e6) / 1e6:.6f}".rstrip("0").rstrip(".")


def upward(value: float) -> str:
    """Return a measure that should be small with three decimals at the most, rounded up."""
    return f"{np.ceil(value * 1e3) / 1e3:.3f}".rstrip("0").rstrip(".")


def between(low: float, high: float) -> str:
    """Return an interval, rounded outwards with three decimals at the most; open at a NaN."""
    if np.isnan(low) and np.isnan(high):
        return "no bounds of so few"
    if np.isnan(low):
        return f"≤ {upward(high)}"
    least = f"{np.floor(low * 1e3) / 1e3:.3f}".rstrip("0").rstrip(".")
    return f"≥ {least}" if np.isnan(high) else f"{least} to {upward(high)}"


def confident(confidence: float) -> str:
    """Return a bound's one-sided confidence as it reads: ``95 %``."""
    return f"{100 * confidence:.4g} %"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: ``1 request``, ``14,400 requests``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def rates(plan: Plan, part: Window) -> str:
    """Return the planned rate of each phase that reaches into ``part``."""
    return ", ".join(
        f"{phase.name} {phase.rate or plan.rate:g}/s" for phase in reached(plan, part.spans)
    )


def since_fault(timeline: Timeline, at_ns: int) -> str:
    """Return an instant as seconds after the fault, or into the trial where that says more."""
    hit = fault(timeline)
    if hit is not None and hit.landed and at_ns >= hit.started_ns:
        return f"{(at_ns - hit.started_ns) / NANOSECONDS:.1f} s after the fault"
    return f"{at_ns / NANOSECONDS:.1f} s into the trial"


def failures(timeline: Timeline, bad: NDArray[Any], *, ok: str = "") -> str:
    """Say of requests that were not good: which kinds, when, from which replica; "" of none.

    ``ok`` is what was wrong with those that were answered with a prediction, if one word says it.
    """
    if not len(bad):
        return ""
    first, last = int(bad["intended"][0]), int(bad["intended"][-1])
    when = f"from {since_fault(timeline, first)} to {since_fault(timeline, last)}"
    if first == last:
        when = since_fault(timeline, first)
    # Of a retried answer the replica is known that helped, not the one that failed.
    origin = "" if ok and np.any(bad["outcome"] == Ended.OK) else _origin(timeline, bad)
    return f"{_kinds(bad, ok)} {when}{origin}"


def _kinds(bad: NDArray[Any], ok: str) -> str:
    """Count failures by kind; an answer's kind is its status, a good but late one's slow."""
    kinds: dict[str, int] = {}
    columns = np.stack([bad["outcome"], bad["error"], bad["status"]], axis=1)
    for (outcome, error, status), number in zip(
        *np.unique(columns, axis=0, return_counts=True), strict=True
    ):
        name = _kind(int(outcome), int(error), int(status), ok)
        kinds[name] = kinds.get(name, 0) + int(number)
    ranked = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{number:,} × {name}" for name, number in ranked[:KINDS_NAMED]]  # noqa: RUF001 -- times
    rest = sum(number for _, number in ranked[KINDS_NAMED:])
    return ", ".join([*named, f"{rest:,} others"] if rest else named)


def _kind(outcome: int, error: int, status: int, ok: str) -> str:
    name = error_name(error)
    if outcome == Ended.OK:
        return ok or ("slow" if name == "none" else name)
    if name in ("status", "gateway-timeout", "body") and status:
        return f"{status} ({name})" if name == "body" else str(status)
    return name


def _origin(timeline: Timeline, bad: NDArray[Any]) -> str:
    """Name the replica when every failure that came from a known one came from the same."""
    known = bad["replica"][bad["replica"] != NO_REPLICA]
    if timeline.load is None or not len(known) or not np.all(known == known[0]):
        return ""
    addresses = timeline.load.replicas
    if int(known[0]) >= len(addresses):
        return ""
    share = "all" if len(known) == len(bad) else f"{len(known):,} of them"
    return f", {share} from replica {replica_name(timeline, host(addresses[int(known[0])]))}"


def host(address: str) -> str:
    """Return the ip of an ``ip:port``, whatever the family; an ip alone stays as it is."""
    if address.startswith("["):
        return address[1:].split("]", maxsplit=1)[0]
    return address.rsplit(":", maxsplit=1)[0] if address.count(":") == 1 else address


def replica_name(timeline: Timeline, ip: str) -> str:
    """Return the name of the replica that had this ip last, with it; the ip if none is known."""
    names = [sample.name for sample in timeline.replicas if sample.address == ip]
    return f"{names[-1]} ({ip})" if names else ip
