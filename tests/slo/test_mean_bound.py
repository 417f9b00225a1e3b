"""The mean's bound: it covers the true mean, and no further failure ever lowers it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.slo import bounds


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
