"""A trial's requests in the order of their intended starts, with the columns that rules share.

Each column is made once, for all phases, and contiguous: a rule of ten million records can't pay
for a copy of its own. Which requests belong to a phase is ``slo.windows``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from seatrial.timeline import Timeline

NANOSECONDS_PER_MS = 1_000_000
#: Columns are computed so many records at a time: what lies between stays in the cache.
BLOCK = 65_536
GATEWAY_TIMEOUT = 504


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
    def outcomes(self) -> NDArray[np.uint8]:
        """How each request ended; uint8, codes of ``timeline.Outcome``."""
        return np.ascontiguousarray(self.requests["outcome"])

    @cached_property
    def ok(self) -> NDArray[np.bool_]:
        """Which requests were answered with a prediction, in time."""
        return np.asarray(self.outcomes == Ended.OK)

    @cached_property
    def cost_ns(self) -> NDArray[np.int64]:
        """Each request's latency in ns; not ok: its deadline, or its latency if longer; int64."""
        cost = np.empty(len(self.requests), dtype=np.int64)
        deadline_ns = round(self.deadline_ms * NANOSECONDS_PER_MS)
        for cut, block in self._blocks():
            np.subtract(block["end"], self.intended[cut], out=cost[cut])
            np.maximum(cost[cut], deadline_ns, out=cost[cut], where=~self.ok[cut])
        return cost

    @cached_property
    def cost_ms(self) -> NDArray[np.float64]:
        """``cost_ns`` in ms; float64."""
        return np.asarray(np.divide(self.cost_ns, float(NANOSECONDS_PER_MS)))

    @cached_property
    def timed_out(self) -> NDArray[np.bool_]:
        """Which requests met the client's deadline, or the proxy's (its answer 504)."""
        gateway = self.requests["status"] == GATEWAY_TIMEOUT
        return np.asarray((self.outcomes == Ended.TIMEOUT) | gateway)

    @cached_property
    def retried(self) -> NDArray[np.bool_]:
        """Which requests the proxy tried more than once."""
        return np.asarray(self.requests["retries"] > 0)

    @cached_property
    def late(self) -> NDArray[np.bool_]:
        """Which requests were sent later than the plan's send lag bound after their start."""
        found = np.empty(len(self.requests), dtype=np.bool_)
        # Whole ns exceed the bound where they exceed its whole part.
        bound_ns = math.floor(self.lag_bound_ms * NANOSECONDS_PER_MS)
        for cut, block in self._blocks():
            sent = block["sent"]
            found[cut] = (sent >= 0) & (sent - self.intended[cut] > bound_ns)
        return found

    def _blocks(self) -> Iterator[tuple[slice, NDArray[Any]]]:
        for start in range(0, len(self.requests), BLOCK):
            cut = slice(start, min(start + BLOCK, len(self.requests)))
            yield cut, self.requests[cut]


def ordered(timeline: Timeline) -> Ordered:
    """Return the requests by intended start, whatever order they were recorded in."""
    requests, plan = timeline.requests, timeline.plan
    starts = np.ascontiguousarray(requests["intended"])
    rows = None
    if not np.all(starts[:-1] <= starts[1:]):
        rows = np.lexsort((requests["sent"], requests["end"], starts))
        requests = requests[rows]
        starts = np.ascontiguousarray(requests["intended"])
    return Ordered(requests, starts, plan.deadline_ms, plan.send_lag_bound_ms, rows)


def cost_ms(requests: NDArray[Any], deadline_ms: float) -> NDArray[np.float64]:
    """Each request's latency, float64; not ok: its deadline, or its latency where that is longer.

    So an error that comes fast never makes a service look fast. In the order given.
    """
    starts = np.ascontiguousarray(requests["intended"])
    return Ordered(requests, starts, deadline_ms, deadline_ms).cost_ms
