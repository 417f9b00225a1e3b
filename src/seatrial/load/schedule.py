"""The planned arrivals of one load: instants fixed before the first request leaves. Pure.

It knows no clock and sends nothing; the engine follows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seatrial.errors import UsageError
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of the load at one rate: ``seconds`` long, ``rate`` in requests/s."""

    seconds: float
    rate: float

    @property
    def planned(self) -> int:
        """How many requests the stage plans."""
        return round(self.rate * self.seconds)


def planned(stages: Sequence[Stage]) -> int:
    """Return how many requests the stages plan together: the denominator."""
    return sum(stage.planned for stage in stages)


def schedule(stages: Sequence[Stage], arrivals: str, seed: int) -> NDArray[np.int64]:
    """Return the intended starts, ns since the schedule's start, ascending; shape ``(planned,)``.

    Each stage holds exactly its own planned requests. ``constant``: evenly spaced, the first at
    the stage's start. ``poisson``: N sorted uniform instants on the stage. That *is* a Poisson
    process given that N arrivals fell into it (the order-statistics property, Karlin & Taylor, A
    First Course in Stochastic Processes, 4.2), so the denominator is exact and nothing is
    stretched, as rescaling an exponential process would. The same seed gives the same instants,
    and a stage's do not depend on those after it. Raises UsageError when it can't plan a request
    in each stage.
    """
    if not stages:
        raise UsageError("plan the load", got="no stage", expected="one at least")
    if arrivals not in {"constant", "poisson"}:
        raise UsageError(
            "plan the load", got=f"arrivals {arrivals!r}", expected="'constant' or 'poisson'"
        )
    random = np.random.default_rng(seed)
    start_ns = 0
    found: list[NDArray[np.int64]] = []
    for stage in stages:
        length_ns = round(stage.seconds * NANOSECONDS)
        found.append(start_ns + _arrivals(stage, arrivals, length_ns, random))
        start_ns += length_ns
    return np.concatenate(found)


def _arrivals(
    stage: Stage, arrivals: str, length_ns: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """Return one stage's instants, ns since its start, all of them before its end."""
    count = stage.planned
    if count < 1:
        raise UsageError(
            "plan the load",
            got=f"{stage.rate} requests/s for {stage.seconds} s, which is no request at all",
            expected="rate times seconds of at least one",
            mend="raise the rate, or lengthen the trial's phases",
        )
    shares = np.arange(count) / count if arrivals == "constant" else np.sort(random.random(count))
    return np.asarray(np.minimum(shares * length_ns, length_ns - 1), dtype=np.int64)
