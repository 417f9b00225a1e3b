"""A phase in the proxies' own numbers, beside its success ratio: what it took to get there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo.proxies import counted
from seatrial.slo.windows import windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from seatrial.slo.proxies import Counted
    from seatrial.slo.values import PhaseName
    from seatrial.slo.windows import Window
    from seatrial.timeline import Timeline, UpstreamCounts


@dataclass(frozen=True, slots=True)
class Range:
    """A count at the least and at the most; ``most`` is None where more may have been lost."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class AtProxies:
    """One phase: the ratio of ok requests (NaN of none), and what proxies and clients counted.

    ``told`` counts the retries that clients were told of; the rest is the proxies' own count.
    """

    phase: PhaseName
    success_ratio: float
    told: int
    retries: Range
    ejections: Range
    overflows: Range


def at_proxies(timeline: Timeline, phases: Iterable[PhaseName]) -> tuple[AtProxies, ...]:
    """Return what the proxies counted in several phases, in their order; () where none told."""
    if not any(sample.answered for sample in timeline.proxy):
        return ()
    return tuple(_of(timeline, part) for part in windows(timeline, phases).values())


def _of(timeline: Timeline, part: Window) -> AtProxies:
    def count(read: Callable[[UpstreamCounts], int]) -> Range:
        return _range(counted(timeline, part.spans, read))

    return AtProxies(
        phase=part.phase,
        success_ratio=int(np.count_nonzero(part.ok)) / part.n if part.n else float("nan"),
        told=int(part.those(part.retried)["retries"].sum(dtype=np.int64)),
        retries=count(lambda item: item.retries),
        ejections=count(lambda item: item.ejections),
        overflows=count(lambda item: item.overflows),
    )


def _range(found: Counted) -> Range:
    return Range(found.least, None if found.unknown else found.most)
