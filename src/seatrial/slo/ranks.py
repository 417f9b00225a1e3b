"""Percentiles: the exact nearest rank, and the interval that order statistics give it.

The interval asks for no distribution: the k-th smallest of n lies below the true percentile p as
often as a binomial count of n and p is k at least (Hahn and Meeker, Statistical Intervals, 1991,
5.2). It takes requests as independent; latencies that hang together make it too narrow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.slo import quantiles
from seatrial.timeline import NANOSECONDS_PER_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile in ms, and the interval each end of which holds with the confidence by itself.

    NaN where there is nothing, and for an end that no value of so few bounds.
    """

    value: float
    low: float
    high: float


def nearest(n: int, rank: float) -> int:
    """Return which of n values in ascending order is the percentile, from 0 on (n at least 1).

    The same one that numpy's ``inverted_cdf`` takes.
    """
    return min(n - 1, max(0, math.ceil(n * (rank / 100) - 1)))


def interval(n: int, rank: float, confidence: float) -> tuple[int | None, int | None]:
    """Return which values in ascending order bound the true percentile; None: none does.

    Each end holds with ``confidence`` by itself.
    """
    share = rank / 100
    low = quantiles.binomial(1 - confidence, n, share) - 1
    high = quantiles.binomial(confidence, n, share)
    return (low if low >= 0 else None), (high if high < n else None)


def percentiles(
    cost_ns: NDArray[np.integer], ranks: Sequence[float], confidence: float
) -> tuple[Percentile, ...]:
    """Return the percentiles of latencies in ns, with their intervals, in ms."""
    n = len(cost_ns)
    if not n:
        return tuple(Percentile(math.nan, math.nan, math.nan) for _ in ranks)
    wanted = [(nearest(n, rank), *interval(n, rank, confidence)) for rank in ranks]
    found = _selected(cost_ns, {index for each in wanted for index in each if index is not None})

    def ms(index: int | None) -> float:
        return math.nan if index is None else found[index] / NANOSECONDS_PER_MS

    return tuple(Percentile(ms(at), ms(low), ms(high)) for at, low, high in wanted)


def _selected(values: NDArray[np.integer], indices: Iterable[int]) -> dict[int, int]:
    """Return the values at these places of the ascending order; selecting needs no sorting."""
    rest, before, found = values.copy(), 0, {}
    for index in sorted(indices):
        rest.partition(index - before)
        found[index] = int(rest[index - before])
        rest, before = rest[index - before + 1 :], index + 1
    return found
