"""The mean's bound: it covers the true mean, and no further failure ever lowers it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.slo import bounds

TRIALS = 1000
REQUESTS = 3600
#: Beside 5 %, what the simulation itself may be off: three standard errors.
NOISE = 3 * np.sqrt(0.05 * 0.95 / TRIALS)
Latencies = np.ndarray[tuple[int], np.dtype[np.float64]]


def draw(random: np.random.Generator, shape: str) -> tuple[Latencies, float]:
    """Draw one trial's latencies in ms, and the true mean of their distribution."""
    if shape == "exponential":
        return random.exponential(7, REQUESTS), 7.0
    if shape == "lognormal":
        return random.lognormal(2, 1, REQUESTS), float(np.exp(2.5))
    if shape == "failures":
        latency = random.lognormal(2, 0.35, REQUESTS)
        latency[random.random(REQUESTS) < 0.01] = 1000.0
        return latency, 0.99 * float(np.exp(2 + 0.35**2 / 2)) + 10.0
    # A load that comes and goes over some 20 requests shifts all latencies of that time.
    shared = np.repeat(random.exponential(3, REQUESTS // 20), 20)
    return 4 + shared + random.exponential(1, REQUESTS), 8.0


@pytest.mark.parametrize("shape", ["exponential", "lognormal", "failures", "correlated"])
def test_the_bound_on_the_mean_covers_it(shape: str) -> None:
    """Twenty batch means bound the true mean in 95 % of trials, hanging together or not."""
    random = np.random.default_rng(5)
    missed = 0
    for _ in range(TRIALS):
        latency, mean = draw(random, shape)
        sums = latency.reshape(20, -1).sum(axis=1)
        missed += bounds.mean_upper(sums, np.full(20, REQUESTS // 20), 0.95) < mean
    assert missed / TRIALS <= 0.05 + NOISE


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.floats(0, 1e5), min_size=20, max_size=20),
    st.integers(0, 19),
    st.floats(0.001, 1e5),
    st.lists(st.integers(60, 180), min_size=20, max_size=20),
)
def test_no_further_cost_ever_lowers_the_bound(
    sums: list[float], batch: int, more: float, counts: list[int]
) -> None:
    """Whatever the batches cost, one that costs more raises the bound."""
    before, sizes = np.asarray(sums), np.asarray(counts)
    after = before.copy()
    after[batch] += more
    was = bounds.mean_upper(before, sizes, 0.95)
    assert bounds.mean_upper(after, sizes, 0.95) >= was


def test_a_failure_in_a_good_batch_raises_the_bound() -> None:
    """Nineteen batches with a failure and one without: its first failure costs, too."""
    sums = np.full(20, 2000.0)
    sums[0] = 1000.0
    was = bounds.mean_upper(sums, np.full(20, 100), 0.95)
    sums[0] = 2000.0
    assert bounds.mean_upper(sums, np.full(20, 100), 0.95) > was


def test_batches_too_uneven_have_no_bound() -> None:
    """Where one batch holds half of the requests, a bound that never falls does not exist."""
    counts = np.full(20, 10)
    counts[3] = 190
    assert np.isnan(bounds.mean_upper(7.0 * counts, counts, 0.95))
