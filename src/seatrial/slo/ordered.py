"""A trial's requests in the order of their intended starts, with the columns that rules share.

All columns are made in one pass over the records, for all phases, contiguous and as small as they
can be: a rule of ten million records can't pay for a copy of its own, nor for fresh memory. Which
requests belong to a phase is ``slo.windows``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.timeline import NANOSECONDS_PER_MS
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seatrial.timeline import Timeline

#: Columns are computed so many records at a time: what lies between stays in the cache.
BLOCK = 16_384
GATEWAY_TIMEOUT = 504
#: The narrow type of costs: up to 4.2 s. Where one is longer, or negative, all are int64.
NARROW: np.dtype[np.uint32] = np.dtype(np.uint32)
#: Fields of a record that are kept as columns, as they are.
KEPT = ("arm", "error", "outcome", "replica")


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What rules count by, one item a request; shapes ``(requests,)``.

    ``cost_ns`` is each request's latency in ns (not ok: its deadline, or its latency if longer),
    uint32 where all fit and int64 where not. ``late`` were sent later than the plan's bound;
    ``timed_out`` met the client's deadline, or the proxy's. ``kept`` has the fields of ``KEPT``.
    """

    cost_ns: NDArray[np.uint32] | NDArray[np.int64]
    ok: NDArray[np.bool_]
    late: NDArray[np.bool_]
    timed_out: NDArray[np.bool_]
    retried: NDArray[np.bool_]
    kept: dict[str, NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class Ordered:
    """``requests`` has dtype ``REQUEST``; columns have its shape, ``intended`` is int64 ns.

    ``recorded`` has each one's row in ``requests.npy``, None where they were recorded in order.
    ``lag_bound_ms`` is the plan's. Not slotted: the columns are cached in the instance.
    """

    requests: NDArray[Any]
    intended: NDArray[np.int64]
    deadline_ms: float
    lag_bound_ms: float
    recorded: NDArray[np.int64] | None = None

    @cached_property
    def columns(self) -> Columns:
        """Every column, filled in one pass over the records."""
        n = len(self.requests)
        costs: NDArray[Any] = np.empty(n, dtype=NARROW)
        ok, late, timed_out, retried = (np.empty(n, dtype=np.bool_) for _ in range(4))
        kept = {name: np.empty(n, dtype=np.uint8) for name in KEPT}
        for start in range(0, n, BLOCK):
            cut = slice(start, start + BLOCK)
            block, intended = self.requests[cut], self.intended[cut]
            for name, column in kept.items():
                column[cut] = block[name]
            outcomes = kept["outcome"][cut]
            np.equal(outcomes, Ended.OK, out=ok[cut])
            np.not_equal(block["retries"], 0, out=retried[cut])
            late[cut] = self._late(block["sent"], intended)
            timed_out[cut] = (outcomes == Ended.TIMEOUT) | (block["status"] == GATEWAY_TIMEOUT)
            cost = self._cost_ns(block["end"] - intended, ok[cut])
            if costs.dtype == NARROW and not _fits(cost):
                costs = costs.astype(np.int64)
            costs[cut] = cost
        return Columns(costs, ok, late, timed_out, retried, kept)

    def _cost_ns(self, latency: NDArray[np.int64], ok: NDArray[np.bool_]) -> NDArray[np.int64]:
        deadline_ns = round(self.deadline_ms * NANOSECONDS_PER_MS)
        np.maximum(latency, deadline_ns, out=latency, where=~ok)
        return latency

    def _late(self, sent: NDArray[np.int64], intended: NDArray[np.int64]) -> NDArray[np.bool_]:
        # Whole ns exceed the bound where they exceed its whole part.
        bound_ns = math.floor(self.lag_bound_ms * NANOSECONDS_PER_MS)
        return np.asarray((sent >= 0) & (sent - intended > bound_ns))


def _fits(cost: NDArray[np.int64]) -> bool:
    limits = np.iinfo(NARROW)
    return bool(cost.min() >= limits.min and cost.max() <= limits.max)


def ordered(timeline: Timeline) -> Ordered:
    """Return the requests by intended start, whatever order they were recorded in."""
    requests, plan = timeline.requests, timeline.plan
    starts = np.ascontiguousarray(requests["intended"])
    rows = None
    if not _ascending(starts):
        rows = np.lexsort((requests["sent"], requests["end"], starts))
        requests = requests[rows]
        starts = np.ascontiguousarray(requests["intended"])
    return Ordered(requests, starts, plan.deadline_ms, plan.send_lag_bound_ms, rows)


def _ascending(starts: NDArray[np.int64]) -> bool:
    cuts = (starts[start : start + BLOCK + 1] for start in range(0, len(starts), BLOCK))
    return all(bool(np.all(cut[:-1] <= cut[1:])) for cut in cuts)


def cost_ms(requests: NDArray[Any], deadline_ms: float) -> NDArray[np.float64]:
    """Each request's latency, float64; not ok: its deadline, or its latency where that is longer.

    So an error that comes fast never makes a service look fast. In the order given.
    """
    starts = np.ascontiguousarray(requests["intended"])
    columns = Ordered(requests, starts, deadline_ms, deadline_ms).columns
    return np.asarray(columns.cost_ns / NANOSECONDS_PER_MS, dtype=np.float64)


def least_ns(limit_ms: float) -> int:
    """Return the least whole ns that read as ``limit_ms`` or more, once they are ms in float64.

    So a column in ns is compared without a copy of it in ms; NaN and infinities have no such ns.
    """
    near = round(limit_ms * NANOSECONDS_PER_MS)
    while near / NANOSECONDS_PER_MS >= limit_ms:
        near -= 1
    while near / NANOSECONDS_PER_MS < limit_ms:
        near += 1
    return near
