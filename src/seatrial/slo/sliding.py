"""Counts in a stretch that slides over a phase: exact at every start, without trying every start.

What a stretch ``[s, s + length)`` holds changes only where a request enters or leaves it. Starts
are taken in blocks between every ``BLOCK``-th request; from the counts at a block's two edges
follow the least and the most that any stretch starting in it can hold. Only blocks that could
change an answer are looked at start by start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from seatrial.slo.windows import Span

#: Requests a block, and blocks looked at together.
BLOCK = 64
TOGETHER = 256


@dataclass(frozen=True, slots=True)
class Sliding:
    """Stretches of ``length`` ns over ``asked`` (ns, ascending), starting in blocks.

    Block k holds the starts ``low[k]`` to ``high[k]``, both included; blocks are in order.
    ``inner`` and ``outer`` are positions in ``asked``, shape ``(2, blocks)``: from the first to the
    second lie the requests that every stretch starting in the block holds, and that any does.
    """

    asked: NDArray[np.int64]
    length: int
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    inner: NDArray[np.int64]
    outer: NDArray[np.int64]

    def starts(self, blocks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return every start in these blocks from which on a stretch holds something else."""
        found: list[NDArray[np.int64]] = [self.low[blocks]]
        for shift in (1, 1 - self.length):
            edges = np.stack([self.low[blocks], self.high[blocks] + 1]) - shift
            places = np.searchsorted(self.asked, edges)
            found.extend(self.asked[a:b] + shift for a, b in places.T.tolist())
        return np.unique(np.concatenate(found))

    def counts(self, starts: NDArray[np.int64], before: NDArray[np.int32]) -> NDArray[np.int64]:
        """Count what the stretches from ``starts`` hold; ``before``: as of :func:`running`."""
        places = np.searchsorted(self.asked, np.stack([starts, starts + self.length]))
        return np.asarray(before[places[1]] - before[places[0]], dtype=np.int64)

    def least(self, before: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return for each block what no stretch starting in it holds less of."""
        return np.asarray(before[self.inner[1]] - before[self.inner[0]], dtype=np.int64)

    def most(self, before: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return for each block what no stretch starting in it holds more of."""
        return np.asarray(before[self.outer[1]] - before[self.outer[0]], dtype=np.int64)


def sliding(spans: Sequence[Span], asked: NDArray[np.int64], length: int) -> Sliding:
    """Lay blocks over every start whose whole stretch lies in one of the spans; maybe none."""
    low: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    high = list(low)
    for first, end in spans:
        last = end - length
        if length <= 0 or last < first:
            continue
        inside = slice(*np.searchsorted(asked, (first + 1, last + 1)).tolist())
        edges = np.unique(np.concatenate(([first], asked[inside][::BLOCK])))
        low.append(edges)
        high.append(np.append(edges[1:] - 1, last))
    lows, highs = np.concatenate(low), np.concatenate(high)
    inner = np.stack([highs, np.maximum(highs, lows + length)])
    outer = np.stack([lows, highs + length])
    places = (np.searchsorted(asked, edges) for edges in (inner, outer))
    return Sliding(asked, length, lows, highs, *places)


def running(flags: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return how many flags are set before each position, and in all; shape ``(len + 1,)``."""
    before = np.zeros(len(flags) + 1, dtype=np.int32)
    np.cumsum(flags, dtype=np.int32, out=before[1:])
    return before


def lowest(
    blocks: Sliding,
    least: NDArray[np.int64],
    measure: Callable[[NDArray[np.int64]], tuple[NDArray[np.int64], NDArray[np.int64]]],
) -> tuple[int, int] | None:
    """Return the least value of ``measure`` over all starts, and the first start that has it.

    ``measure`` takes starts and returns the values of those that count, and these; ``least`` has
    what no start in each block falls below. None where no start counts.
    """
    best: tuple[int, int] | None = None
    for chosen in together(np.argsort(least, kind="stable")):
        if best is not None and least[chosen[0]] > best[0]:
            break
        values, starts = measure(blocks.starts(np.sort(chosen)))
        if len(values):
            at = int(np.argmin(values))  # the first of equals, and starts ascend
            found = (int(values[at]), int(starts[at]))
            best = found if best is None else min(best, found)
    return best


def together(blocks: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Give block numbers in their order, as many at a time as are worth one look."""
    for start in range(0, len(blocks), TOGETHER):
        yield blocks[start : start + TOGETHER]
