"""A phase in numbers; reports/README.md recomputes them by three lines of numpy."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo.ranks import percentiles
from seatrial.slo.values import CONFIDENCE, PhaseName
from seatrial.slo.windows import Window, window, windows
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Figures:
    """A phase in numbers, over its *planned* requests; NaN where there are none.

    Latencies are ms from the intended start; a request that is not ok counts with its deadline,
    or with its latency where that is longer. Percentiles are exact nearest ranks; ``low`` and
    ``high`` bound the true one, each with 95 % by itself, requests taken as independent (NaN:
    too few requests to bound it).
    """

    phase: PhaseName
    seconds: float
    n: int
    ok: int
    success_ratio: float
    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    timeouts: int
    unsent: int
    retried: int
    p50_low_ms: float = nan
    p50_high_ms: float = nan
    p95_low_ms: float = nan
    p95_high_ms: float = nan
    p99_low_ms: float = nan
    p99_high_ms: float = nan


def figures(timeline: Timeline, phase: PhaseName | str = PhaseName.WHOLE) -> Figures:
    """Return a phase's figures over its planned requests; NaN where it has none.

    Raises ValueError for a name that is no phase.
    """
    return of_window(window(timeline, PhaseName(phase)))


def figures_of(timeline: Timeline, phases: Iterable[PhaseName]) -> tuple[Figures, ...]:
    """Return the figures of several phases, in their order; cheaper than one by one."""
    return tuple(of_window(part) for part in windows(timeline, phases).values())


def of_window(part: Window) -> Figures:
    """Return the figures of a window that has been cut already."""
    n, ok = part.n, part.ended[Ended.OK]
    p50, p95, p99 = percentiles(part.cost_ns, (50, 95, 99), CONFIDENCE)
    return Figures(
        phase=part.phase,
        seconds=part.seconds,
        n=n,
        ok=ok,
        success_ratio=ok / n if n else float("nan"),
        mean_ms=part.mean_ms,
        p50_ms=p50.value,
        p95_ms=p95.value,
        p99_ms=p99.value,
        errors=part.ended[Ended.ERROR],
        timeouts=int(np.count_nonzero(part.timed_out)),
        unsent=part.ended[Ended.UNSENT],
        retried=int(np.count_nonzero(part.retried)),
        p50_low_ms=p50.low,
        p50_high_ms=p50.high,
        p95_low_ms=p95.low,
        p95_high_ms=p95.high,
        p99_low_ms=p99.low,
        p99_high_ms=p99.high,
    )
