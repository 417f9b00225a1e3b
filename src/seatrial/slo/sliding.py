"""Counts in a stretch that slides over a phase: exact at every start, without trying every start.

What a stretch ``[s, s + length)`` holds changes only where a request enters or leaves it. Starts
are taken in blocks between every ``BLOCK``-th request; from the counts at a block's two edges
follow the least and the most that any stretch starting in it can hold. Only blocks that could
change an answer are looked at start by start. Under constant arrivals all blocks look alike; there
it helps to know the least of all, which is found without blocks (:meth:`Sliding.fewest`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from seatrial.slo.running import Before
    from seatrial.slo.spans import Span

    Measure = Callable[[NDArray[np.int64]], tuple[NDArray[np.int64], NDArray[np.int64]]]

#: Requests a block, and blocks looked at together.
BLOCK = 128
TOGETHER = 256
#: So many requests are compared at a time (they stay in the cache), so many starts are sampled.
COMPARED = 32_768
SAMPLES = 1_024


@dataclass(frozen=True, slots=True)
class Sliding:
    """Stretches of ``length`` ns over ``asked`` (ns, ascending), starting in blocks.

    Block k holds the starts ``low[k]`` to ``high[k]``, both included; blocks are in order.
    ``inner`` and ``outer`` are positions in ``asked``, shape ``(2, blocks)``: from the first to the
    second lie the requests that every stretch starting in the block holds (at the least), and that
    any does (at the most). ``reach`` has the first and the last start in each span.
    """

    asked: NDArray[np.int64]
    length: int
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    inner: NDArray[np.int64]
    outer: NDArray[np.int64]
    reach: tuple[tuple[int, int], ...]

    def starts(self, blocks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return every start in these blocks from which on a stretch holds something else."""
        found: list[NDArray[np.int64]] = [self.low[blocks]]
        for shift in (1, 1 - self.length):
            edges = np.stack([self.low[blocks], self.high[blocks] + 1]) - shift
            places = np.searchsorted(self.asked, edges)
            found.extend(self.asked[a:b] + shift for a, b in places.T.tolist())
        return np.unique(np.concatenate(found))

    def counts(self, starts: NDArray[np.int64], before: Before) -> NDArray[np.int64]:
        """Count what the stretches from ``starts`` hold, by :mod:`seatrial.slo.running`."""
        places = np.searchsorted(self.asked, np.stack([starts, starts + self.length]))
        return before(places[1]) - before(places[0])

    def least(self, before: Before) -> NDArray[np.int64]:
        """Return for each block what no stretch starting in it holds less of."""
        return before(self.inner[1]) - before(self.inner[0])

    def most(self, before: Before) -> NDArray[np.int64]:
        """Return for each block what no stretch starting in it holds more of."""
        return before(self.outer[1]) - before(self.outer[0])

    def fewest(self) -> int:
        """Return the least number of requests that any stretch holds, exactly.

        No stretch holds less than m where none of the starts in ``reach`` does, and after each
        request the m-th next comes within ``length``: then what follows its leaving is m at least.
        So a number that some stretch has is lowered until nothing contradicts it.
        """
        sampled = self.low[:: max(1, len(self.low) // SAMPLES)]
        tried = np.concatenate([[first for first, _ in self.reach], sampled]).astype(np.int64)
        while len(tried):
            number = int(self._held(tried).min())
            tried = self._scarcer(number)
        return number

    def _held(self, starts: NDArray[np.int64]) -> NDArray[np.int64]:
        places = np.searchsorted(self.asked, np.stack([starts, starts + self.length]))
        return np.asarray(places[1] - places[0], dtype=np.int64)

    def _scarcer(self, number: int) -> NDArray[np.int64]:
        """Return starts whose stretches hold less than this: none of none, else some of them."""
        found: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
        for first, last in self.reach:
            low, high = np.searchsorted(self.asked, (first, last)).tolist()
            paired = min(high, len(self.asked) - number)
            for start in range(low, paired, COMPARED):
                end = min(start + COMPARED, paired)
                leaving = self.asked[start:end]
                wait = self.asked[start + number : end + number] - leaving
                if wait.max() > self.length:
                    longer = leaving[wait > self.length] + 1
                    found.append(longer[:: max(1, len(longer) // SAMPLES)])
            found.append(self.asked[max(low, paired) : high][:SAMPLES] + 1)
        return np.concatenate(found)


def sliding(spans: Sequence[Span], asked: NDArray[np.int64], length: int) -> Sliding:
    """Lay blocks over every start whose whole stretch lies in one of the spans; maybe none."""
    reach = tuple(
        (first, end - length) for first, end in spans if length > 0 and first <= end - length
    )
    laid = [_blocks(asked, length, *item) for item in reach]
    empty = np.empty((6, 0), dtype=np.int64)
    low, high, *places = np.concatenate([empty, *laid], axis=1)
    return Sliding(asked, length, low, high, np.stack(places[:2]), np.stack(places[2:]), reach)


def _blocks(asked: NDArray[np.int64], length: int, first: int, last: int) -> NDArray[np.int64]:
    """Return the blocks between two starts: low, high, inner and outer places; shape (6, blocks).

    A block begins with a request that comes later than the one before it, so that its place is
    known. Places are those of the block's own edge and of the next one's, which is as good as one
    ns before it.
    """
    begin, end = np.searchsorted(asked, (first + 1, last + 1)).tolist()
    places = np.arange(begin, end, BLOCK, dtype=np.int64)
    places = places[(places == begin) | (asked[places] > asked[places - 1])]
    low = np.concatenate(([first], asked[places]))
    high = np.append(low[1:] - 1, last)
    left = np.concatenate((np.searchsorted(asked, [first]), places, [end]))
    right = np.searchsorted(asked, np.append(low, last + 1) + length)
    inner = np.stack([left[1:], np.maximum(left[1:], right[:-1])])
    return np.concatenate([np.stack([low, high]), inner, np.stack([left[:-1], right[1:]])])


def lowest(blocks: Sliding, least: NDArray[np.int64], measure: Measure) -> tuple[int, int] | None:
    """Return the least value of ``measure`` over all starts, and the first start that has it.

    ``measure`` takes starts and returns the values of those that count, and these; ``least`` has
    what no start in each block falls below. None where no start counts.
    """
    best = _first(*measure(blocks.low[:: max(1, len(blocks.low) // SAMPLES)]))
    for chosen in together(np.argsort(least, kind="stable")):
        if best is not None:
            better = (least[chosen] < best[0]) | (
                (least[chosen] == best[0]) & (blocks.low[chosen] < best[1])
            )
            if not better[0]:
                break  # blocks come by their least, then in order: no later one is better
            chosen = chosen[better]  # noqa: PLW2901 -- the rest of them
        found = _first(*measure(blocks.starts(np.sort(chosen))))
        best = min(filter(None, (best, found)), default=None)
    return best


def _first(values: NDArray[np.int64], starts: NDArray[np.int64]) -> tuple[int, int] | None:
    """Return the least value and the first start that has it; starts ascend."""
    if not len(values):
        return None
    at = int(np.argmin(values))  # the first of equals
    return int(values[at]), int(starts[at])


def together(blocks: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Give block numbers in their order, as many at a time as are worth one look."""
    for start in range(0, len(blocks), TOGETHER):
        yield blocks[start : start + TOGETHER]
