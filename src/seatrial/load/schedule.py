"""The planned arrivals of one load: instants fixed before the first request leaves. Pure.

It knows no clock and sends nothing; the engine follows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seatrial.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

NANOSECONDS = 1_000_000_000


def planned(rate: float, seconds: float) -> int:
    """Return how many requests ``rate`` (requests/s) over ``seconds`` plans: the denominator."""
    return round(rate * seconds)


def schedule(rate: float, seconds: float, arrivals: str, seed: int) -> NDArray[np.int64]:
    """Return the intended starts, ns since the schedule's start, ascending; shape ``(planned,)``.

    ``constant``: evenly spaced, the first at 0. ``poisson``: N sorted uniform instants on
    [0, seconds). That *is* a Poisson process given that N arrivals fell into the window (the
    order-statistics property, Karlin & Taylor, A First Course in Stochastic Processes, 4.2), so
    the denominator is exact and nothing is stretched, as rescaling an exponential process would.
    The same seed gives the same instants. Raises UsageError when it can't plan a request.
    """
    count = planned(rate, seconds)
    if count < 1:
        raise UsageError(
            "plan the load",
            got=f"{rate} requests/s for {seconds} s, which is no request at all",
            expected="rate times seconds of at least one",
            mend="raise the rate, or lengthen the trial's phases",
        )
    length = seconds * NANOSECONDS
    if arrivals == "constant":
        return np.asarray(np.arange(count) * (length / count), dtype=np.int64)
    if arrivals == "poisson":
        draws = np.random.default_rng(seed).random(count)
        return np.asarray(np.sort(draws) * length, dtype=np.int64)
    raise UsageError(
        "plan the load", got=f"arrivals {arrivals!r}", expected="'constant' or 'poisson'"
    )
