"""A phase in numbers; reports/README.md recomputes them by three lines of numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.slo.values import Figures, PhaseName
from seatrial.slo.windows import Window, window
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seatrial.timeline import Timeline

GATEWAY_TIMEOUT = 504


def figures(timeline: Timeline, phase: PhaseName | str = PhaseName.WHOLE) -> Figures:
    """Return a phase's figures over its planned requests; NaN where it has none.

    Raises ValueError for a name that is no phase.
    """
    return of_window(window(timeline, PhaseName(phase)))


def of_window(part: Window) -> Figures:
    """Return the figures of a window that has been cut already."""
    requests = part.requests
    ok = int(np.count_nonzero(part.ok))
    p50, p95, p99 = (percentile(part.cost_ms, rank) for rank in (50, 95, 99))
    return Figures(
        phase=part.phase,
        seconds=part.seconds,
        n=len(requests),
        ok=ok,
        success_ratio=ok / len(requests) if len(requests) else float("nan"),
        mean_ms=float(part.cost_ms.mean()) if len(requests) else float("nan"),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        errors=int(np.count_nonzero(requests["outcome"] == Ended.ERROR)),
        timeouts=int(np.count_nonzero(timed_out(requests))),
        unsent=int(np.count_nonzero(requests["outcome"] == Ended.UNSENT)),
        retried=int(np.count_nonzero(requests["retries"])),
    )


def percentile(values: NDArray[np.float64], rank: float) -> float:
    """Return the exact nearest-rank percentile (numpy's ``inverted_cdf``); NaN of nothing."""
    return (
        float(np.percentile(values, rank, method="inverted_cdf")) if len(values) else float("nan")
    )


def timed_out(requests: NDArray[Any]) -> NDArray[np.bool_]:
    """Which requests met the client's deadline, or the proxy's (its answer 504)."""
    late = requests["outcome"] == Ended.TIMEOUT
    return np.asarray(late | (requests["status"] == GATEWAY_TIMEOUT))
