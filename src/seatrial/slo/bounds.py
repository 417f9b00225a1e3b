"""One-sided and two-sided bounds, pure functions of counts and batches.

Ratios: the smaller of Clopper and Pearson's exact bound (1934, independent requests) and a
compound-Poisson bound that takes failures close together as one episode (Garwood 1936 for the
count of episodes, scaled by their size). Means: Student's t over batch means, with the upper
semi-deviation, so that no further failure ever lowers the bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import quantiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Failures closer than this are one episode.
EPISODE_GAP_NS = 2_000_000_000
#: A search for the N that would decide gives up at this multiple of the trial.
FARTHEST = 10_000.0
#: Degrees of freedom of the mean's bound: about half of 20 batches lie above their mean, and the
#: skew of latencies takes some more. benchmarks/coverage.py shows what other counts would do.
MEAN_FREEDOM = 5


def clopper_pearson_lower(good: float, n: float, confidence: float) -> float:
    """Return the one-sided exact lower bound on a ratio; 0 where there is no data."""
    if n <= 0 or good <= 0:
        return 0.0
    return quantiles.beta(1 - confidence, good, n - good + 1)


def clopper_pearson_upper(good: float, n: float, confidence: float) -> float:
    """Return the one-sided exact upper bound on a ratio; 1 where there is no data."""
    return 1.0 - clopper_pearson_lower(n - good, n, confidence)


def episodes(failed_at_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each episode's number of failures; int64. Instants must be in order."""
    if not len(failed_at_ns):
        return np.empty(0, dtype=np.int64)
    breaks = np.flatnonzero(np.diff(failed_at_ns) >= EPISODE_GAP_NS) + 1
    edges = np.concatenate(([0], breaks, [len(failed_at_ns)]))
    return np.diff(edges).astype(np.int64)


def failures_upper(sizes: NDArray[np.int64], confidence: float, scale: float = 1.0) -> float:
    """Return the upper bound on failures in a stretch like this one, seen these episodes.

    With k = (Σs)²/Σs² and c = Σs²/Σs the bound is c·χ²(2k+2)/2. A small episode beside a large
    one would lower it, though more failed; so it is the largest over the j largest episodes, for
    all j, and an additional failure never lowers it. ``scale`` asks for a stretch that is so many
    times as long and has as many times the episodes.
    """
    if not len(sizes):
        return quantiles.chi_squared(confidence, 2) / 2
    largest = np.sort(sizes)[::-1].astype(np.float64)
    total, square = np.cumsum(largest), np.cumsum(largest**2)
    count = scale * total**2 / square
    return float(np.max(square / total * quantiles.chi_squared(confidence, 2 * count + 2) / 2))


def ratio_lower(n: int, sizes: NDArray[np.int64], confidence: float, scale: float = 1.0) -> float:
    """Return the lower bound on the ratio of good requests, bursts of failures allowed for.

    ``sizes`` are the episodes of :func:`episodes`. Never counts more than n independent requests.
    """
    if n <= 0:
        return 0.0
    requests, failed = scale * n, scale * float(sizes.sum())
    exact = clopper_pearson_lower(requests - failed, requests, confidence)
    if not len(sizes):
        return exact
    bursts = 1.0 - failures_upper(sizes, confidence, scale) / requests
    return max(0.0, min(exact, bursts))


def deciding_scale(
    n: int, sizes: NDArray[np.int64], promised: float, confidence: float
) -> float | None:
    """Return how many times as long a trial like this one must be to PASS; None: no length would.

    Assumes that the longer trial fails at the same rate and in episodes of the same size.
    """
    low, high = 1.0, 2.0
    while ratio_lower(n, sizes, confidence, high) < promised:
        low, high = high, 2 * high
        if high > FARTHEST:
            return None
    while high - low > 0.01 * high:
        middle = (low + high) / 2
        if ratio_lower(n, sizes, confidence, middle) < promised:
            low = middle
        else:
            high = middle
    return high


def excluded_period_s(count: int, seconds: float, confidence: float) -> float:
    """Return T such that more than one episode every T seconds is excluded, seen ``count``."""
    return seconds / (quantiles.chi_squared(confidence, 2 * count + 2) / 2)


def mean_upper(sums: NDArray[np.float64], counts: NDArray[np.int64], confidence: float) -> float:
    """Return the upper bound on a mean from batches' sums and counts; NaN of too few batches.

    A ratio estimate over batches of equal length in time: latencies inside one batch may hang
    together, batches are taken as independent. Costs are skewed: one batch with failures lies far
    above the mean and pulls it along. So the deviation is that of the batches above the mean,
    doubled (the upper semi-deviation), with ``MEAN_FREEDOM`` degrees in Student's t.

    With the ordinary deviation a further failure in a good batch can lower the bound: the batches
    become more alike. Here a batch that costs ``x`` more moves the mean by x/n up and the distance
    to the bound by t·√(2B/(B-1)·Σ(nᵢ/n)²)·x/n down at the most; where the batches are so unequal
    that this is more than x/n, there is no bound either.
    """
    batches, total = len(sums), int(counts.sum())
    if batches < 2 or not total:  # noqa: PLR2004 -- no variance in less than two
        return float("nan")
    factor = quantiles.student(confidence, MEAN_FREEDOM) * np.sqrt(2 * batches / (batches - 1))
    if factor * np.sqrt(np.sum(counts.astype(np.float64) ** 2)) >= total:
        return float("nan")
    mean = sums.sum() / total
    above = np.maximum(sums - mean * counts, 0.0)
    return float(mean + factor * np.sqrt(np.sum(above**2)) / total)
