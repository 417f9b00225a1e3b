"""Quantiles of the distributions that bounds need, from scipy's special functions.

Not from ``scipy.stats``: the same numbers, but loading that takes a second of every command, and
each of its calls as long as a whole bound.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, overload

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray


def beta(level: float, first: float, second: float) -> float:
    """Return the quantile of a beta distribution."""
    return float(special.betaincinv(first, second, level))


@overload
def chi_squared(level: float, freedom: float) -> float: ...
@overload
def chi_squared(level: float, freedom: NDArray[np.float64]) -> NDArray[np.float64]: ...
def chi_squared(level: float, freedom: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
    """Return the quantile of chi squared; of an array of degrees of freedom, one for each."""
    found = 2 * special.gammaincinv(np.asarray(freedom) / 2, level)
    return np.asarray(found) if isinstance(freedom, np.ndarray) else float(found)


def student(level: float, freedom: float) -> float:
    """Return the quantile of Student's t."""
    return float(special.stdtrit(freedom, level))


def binomial(level: float, n: int, share: float) -> int:
    """Return the least count that as many as ``level`` of all counts do not exceed."""
    if not 0 < share < 1:
        return n if share >= 1 else 0
    near = special.bdtrik(level, n, share)
    count = 0 if math.isnan(near) else math.ceil(near)
    while count > 0 and special.bdtr(count - 1, n, share) >= level:
        count -= 1
    while count < n and special.bdtr(count, n, share) < level:
        count += 1
    return count
