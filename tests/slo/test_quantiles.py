"""Quantiles from special functions are those that scipy's distributions give."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from seatrial.slo import quantiles

LEVELS = (0.001, 0.05, 0.5, 0.95, 0.97, 0.999)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 30), (999.5, 2), (14_000, 3), (1e7, 1)])
def test_beta(level: float, first: float, second: float) -> None:
    """The quantile that Clopper and Pearson's bound is made of."""
    assert quantiles.beta(level, first, second) == pytest.approx(
        stats.beta.ppf(level, first, second), rel=1e-12
    )


@pytest.mark.parametrize("level", LEVELS)
def test_chi_squared_and_student(level: float) -> None:
    """Garwood's bound on a count, of whole and of broken degrees of freedom; and the mean's."""
    freedom = np.asarray([2.0, 2.5, 7.0, 200.0, 4e6])
    expected = stats.chi2.ppf(level, freedom)
    assert quantiles.chi_squared(level, freedom) == pytest.approx(expected, rel=1e-10)
    assert quantiles.chi_squared(level, 2.5) == pytest.approx(expected[1], rel=1e-10)
    assert quantiles.student(level, 5) == pytest.approx(stats.t.ppf(level, 5), abs=1e-9)


@pytest.mark.parametrize("level", [level for level in LEVELS if level != 0.5])  # ties at a half
@pytest.mark.parametrize("n", [1, 2, 7, 100, 3_600, 14_400, 10_000_000])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.95, 0.99, 0.999, 1.0])
def test_binomial(level: float, n: int, share: float) -> None:
    """The count that bounds a percentile, of one request as of ten million."""
    assert quantiles.binomial(level, n, share) == stats.binom.ppf(level, n, share)
