"""Percentiles: the nearest rank to the last bit, and intervals that cover the true one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial import slo
from seatrial.slo.ranks import interval, percentiles
from seatrial.slo.words import between

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

TRIALS = 1000


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.integers(0, 10**12), min_size=1, max_size=300),
    st.sampled_from([0.1, 5, 50, 90, 95, 99, 99.9, 100]),
)
def test_the_percentile_is_numpys_nearest_rank(values: list[int], rank: float) -> None:
    """Selecting gives the very value that ``inverted_cdf`` gives."""
    cost_ns = np.asarray(values, dtype=np.int64)
    [found] = percentiles(cost_ns, (rank,), 0.95)
    assert found.value == np.percentile(cost_ns / 1_000_000, rank, method="inverted_cdf")
    assert list(cost_ns) == values


@pytest.mark.parametrize(("n", "rank"), [(100, 90), (1000, 95), (300, 50)])
def test_the_interval_is_the_tightest_that_the_binomial_allows(n: int, rank: float) -> None:
    """Each end errs in 5 % of trials at the most, and one place further in would err more."""
    random = np.random.default_rng(4)
    below = random.binomial(n, rank / 100, 200_000)  # how many values lie below the true one
    low, high = interval(n, rank, 0.95)
    assert low is not None
    assert high is not None
    assert np.mean(below < low + 1) <= 0.05 < np.mean(below < low + 2) + 0.002
    assert np.mean(below >= high + 1) <= 0.05 + 0.002
    assert np.mean(below >= high) > 0.05 - 0.002


def test_few_requests_bound_a_high_percentile_from_below_only() -> None:
    """Of 40 requests none is known to exceed the true P99: it takes 299."""
    assert interval(298, 99, 0.95)[1] is None
    assert interval(299, 99, 0.95)[1] == 298
    [found] = percentiles(np.arange(40, dtype=np.int64), (99,), 0.95)
    assert math.isnan(found.high)
    assert not math.isnan(found.low)


def test_the_interval_covers_the_true_percentile() -> None:
    """The true P95 of lognormal latencies lies above the upper end in 5 % of trials at the most."""
    random = np.random.default_rng(8)
    true = math.exp(2 + 1.6448536 * 0.35)
    found = [
        percentiles((random.lognormal(2, 0.35, 500) * 1e6).astype(np.int64), (95,), 0.95)[0]
        for _ in range(TRIALS)
    ]
    noise = 3 * math.sqrt(0.05 * 0.95 / TRIALS)
    assert np.mean([item.high < true for item in found]) <= 0.05 + noise
    assert np.mean([item.low > true for item in found]) <= 0.05 + noise


def test_a_latency_verdict_tells_the_interval(trial: Trial) -> None:
    """The reason and the figures have the same percentile, with both of its ends."""
    figures = slo.figures(trial.timeline(), "whole")
    assert figures.p95_low_ms < figures.p95_ms < figures.p95_high_ms
    reason = trial.verdicts()["latency-p95-whole"].reason
    assert f"{between(figures.p95_low_ms, figures.p95_high_ms)} at 95 %" in reason
