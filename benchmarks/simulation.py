"""Simulated trials of services whose truth is known: how often each rule of the judge errs.

Pure functions, seeded; benchmarks/coverage.py makes tables of them, tests/slo/test_coverage.py
holds them to what was promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import signal, stats

from seatrial.slo import bounds, sequential
from seatrial.slo.ranks import percentiles
from seatrial.slo.rules.shares import deviation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

SECOND = 1_000_000_000
RATE = 100  # requests/s
SEED = 11
CONFIDENCE = 0.95
#: A service just worse than its objective spends this much of what the objective allows.
WORSE, THIRD = 1.001, 1 / 3


def failures(random: np.random.Generator, expected: float, seconds: float, burst: int) -> Integers:
    """Draw one trial's failures (ns, in order): Poisson bursts, geometric sizes, over 2 s each."""
    count = random.poisson(expected / burst)
    starts = random.uniform(0, seconds, count)
    sizes = random.geometric(1 / burst, count)
    instants = np.repeat(starts, sizes) + random.uniform(0, 2, sizes.sum())
    return np.sort(instants * SECOND).astype(np.int64)


def ratio_passes(
    objective: float, seconds: int, burst: int, *, budget: float, trials: int
) -> tuple[float, float, float, float]:
    """Return how often each rule passes a service that spends so much of what may fail.

    A threshold on the observed ratio, Clopper and Pearson's bound, the judge's bound; last: how
    often no failure came at all, which no rule can tell from a service without any.
    """
    random, n = np.random.default_rng(SEED), RATE * seconds
    passed = np.zeros(4)
    for _ in range(trials):
        failed = failures(random, budget * (1 - objective) * n, seconds, burst)
        sizes, good = bounds.episodes(failed), n - len(failed)
        passed += (
            good / n >= objective,
            bounds.clopper_pearson_lower(good, n, CONFIDENCE) >= objective,
            bounds.ratio_lower(n, sizes, CONFIDENCE) >= objective,
            not len(failed),
        )
    return tuple((passed / trials).tolist())


def latencies(random: np.random.Generator, shape: str, n: int) -> tuple[Floats, float]:
    """Draw one trial's latencies in ms, in order, and the true mean of their distribution."""
    plain, mean = random.lognormal(2, 0.35, n), float(np.exp(2 + 0.35**2 / 2))
    if shape == "exponential":
        return random.exponential(7, n), 7.0
    if shape == "lognormal":
        return random.lognormal(2, 1, n), float(np.exp(2.5))
    if shape == "pareto":
        return 3 * (1 + random.pareto(3, n)), 4.5
    if shape == "hanging together":
        return _hanging_together(random, n), float(np.exp(2 + 0.35**2 / 2))
    if shape == "bursts":
        at = failures(random, 0.01 * n, n / RATE, 5) * RATE // SECOND
        plain[np.unique(at[at < n])] = 1000.0
        return plain, _burst_mean(n)
    share = 0.01 if shape == "1 % fail" else 0.002
    plain[random.random(n) < share] = 1000.0
    return plain, (1 - share) * mean + share * 1000.0


def _hanging_together(random: np.random.Generator, n: int) -> Floats:
    """An autoregressive load: each request's slowness is 0.9 of the last one's, and its own."""
    own = random.normal(0, np.sqrt(1 - 0.9**2), n)
    own[0] = random.normal()
    return np.asarray(np.exp(2 + 0.35 * signal.lfilter([1.0], [1.0, -0.9], own)))


@cache
def _burst_mean(n: int) -> float:
    """The true mean under bursts, by drawing some 1,500 trials: slots may be hit twice."""
    random = np.random.default_rng(1)
    hit = 0
    for _ in range(1500):
        at = failures(random, 0.01 * n, n / RATE, 5) * RATE // SECOND
        hit += len(np.unique(at[at < n]))
    share = hit / 1500 / n
    return (1 - share) * float(np.exp(2 + 0.35**2 / 2)) + share * 1000.0


def mean_misses(shape: str, n: int, *, trials: int) -> tuple[float, float, float]:
    """Return how often the true mean lies above the observed one, and above two bounds on it.

    The bounds: Student's t over 20 batch means, 19 degrees of freedom; and the judge's.
    """
    random = np.random.default_rng(SEED)
    missed = np.zeros(3)
    for _ in range(trials):
        latency, true = latencies(random, shape, n)
        sums = latency.reshape(20, -1).sum(axis=1)
        spread = sums.std(ddof=1) / n * np.sqrt(20)
        plain = latency.mean() + stats.t.ppf(CONFIDENCE, 19) * spread
        judged = bounds.mean_upper(sums, np.full(20, n // 20), CONFIDENCE)
        missed += latency.mean() < true, plain < true, judged < true
    return tuple((missed / trials).tolist())


def percentile_misses(shape: str, rank: float, n: int, *, trials: int) -> tuple[float, float]:
    """Return how often the true percentile lies above its interval, and below it."""
    random = np.random.default_rng(SEED)
    true = np.percentile(latencies(random, shape, 4_000_000)[0], rank)
    missed = np.zeros(2)
    for _ in range(trials):
        cost_ns = (latencies(random, shape, n)[0] * 1e6).astype(np.int64)
        [found] = percentiles(cost_ns, (rank,), CONFIDENCE)
        missed += found.high < true, found.low > true
    return tuple((missed / trials).tolist())


def share_passes(
    n: int, *, expected: float, tolerance: float, relative: bool, trials: int
) -> tuple[float, float]:
    """Return how often a share off by its tolerance passes: as observed, and by its interval."""
    off = expected * (1 + tolerance / 100) if relative else expected + tolerance / 100
    passed = np.zeros(2)
    for seen in np.random.default_rng(SEED).binomial(n, off, trials).tolist():
        found = deviation(
            "share", seen=seen, unknown=0, total=n, expected=expected, relative=relative
        )
        passed += found.size <= tolerance, found.farthest <= tolerance
    return tuple((passed / trials).tolist())


@dataclass(frozen=True, slots=True)
class Stopped:
    """Shares of trials that end as PASS, and the mean share of the planned time they took."""

    at_end: float  # no looks
    careless: float  # the same bound at every look, the first PASS counts
    sequential: float  # the judge's rule
    time: float


def stopped(
    objective: float, seconds: int, burst: int, *, budget: float, trials: int, looks: int = 9
) -> Stopped:
    """Try a success objective with a look every so often, and the trial cut at the first PASS."""
    random, total = np.random.default_rng(SEED), np.zeros(4)
    half, interim = seconds / 2, sequential.interim_confidence()
    ends = [(half + half * look / looks, interim) for look in range(looks)]
    ends.append((float(seconds), sequential.final_confidence(looks)))
    for _ in range(trials):
        failed = failures(random, budget * (1 - objective) * RATE * seconds, seconds, burst)

        def passes(end: float, confidence: float, failed: Integers = failed) -> bool:
            seen = failed[failed < end * SECOND]
            bound = bounds.ratio_lower(round(RATE * end), bounds.episodes(seen), confidence)
            return bool(bound >= objective)

        early = [end for end, confidence in ends if passes(end, confidence)]
        total += (
            passes(float(seconds), CONFIDENCE),
            any(passes(end, CONFIDENCE) for end, _ in ends),
            bool(early),
            (early[0] if early else seconds) / seconds,
        )
    return Stopped(*(total / trials).tolist())
