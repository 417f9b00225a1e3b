"""When clients are served: in the stretch that follows enough requests are ok, and fast enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo.running import Before, every
from seatrial.slo.sliding import Sliding, lowest, together

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Serving:
    """Clients are served at an instant when requests start in its stretch and most are good.

    ``bad`` (not ok) and ``slow`` (not ok in time) count the requests before each place. At
    least ``good_ratio`` of a stretch's requests must be ok, ``fast_ratio`` in time.
    """

    blocks: Sliding
    bad: Before
    slow: Before
    good_ratio: float
    fast_ratio: float

    def at(self, starts: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell for each start whether clients are served."""
        total = self.blocks.counts(starts, every)
        good = total - self.blocks.counts(starts, self.bad)
        fast = total - self.blocks.counts(starts, self.slow)
        return self._enough(good, fast, total)

    def _enough(
        self, good: NDArray[np.int64], fast: NDArray[np.int64], total: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        of = np.maximum(total, 1)
        held = (good / of >= self.good_ratio) & (fast / of >= self.fast_ratio)
        return np.asarray(held & (total > 0))

    def fewest(self, until_ns: int, enough: int) -> int:
        """Return the least count of requests in a stretch that starts by ``until_ns``.

        Where every one holds ``enough``, it may be any count that none falls below.
        """
        near = np.flatnonzero(self.blocks.low <= until_ns)
        least = self.blocks.least(every)[near]
        if int(least.min()) >= enough:
            return int(least.min())

        def counts(starts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
            near = starts[starts <= until_ns]
            return self.blocks.counts(near, every), near

        found = lowest(self.blocks, least, counts)
        return found[0] if found else 0

    def last_interruption_over(self, begun_ns: int) -> int | None:
        """Return when the last interruption begun by ``begun_ns`` was over; None: it never was.

        The phase's start where there was none.
        """
        lost = self._last_lost(begun_ns)
        if lost is None:
            return int(self.blocks.low[0])
        block = int(np.searchsorted(self.blocks.low, lost, side="right")) - 1
        for chosen in together(np.arange(block, len(self.blocks.low))):
            starts = self.blocks.starts(chosen)
            served = np.flatnonzero(self.at(starts) & (starts > lost))
            if len(served):
                return int(starts[served[0]])
        return None

    def _last_lost(self, begun_ns: int) -> int | None:
        """Return the last start by ``begun_ns`` at which clients are not served, None of none."""
        doubtful = np.flatnonzero(~self._surely() & (self.blocks.low <= begun_ns))
        for chosen in together(doubtful[::-1]):
            starts = self.blocks.starts(chosen[::-1])
            lost = np.flatnonzero(~self.at(starts) & (starts <= begun_ns))
            if len(lost):
                return int(starts[lost[-1]])
        return None

    def _surely(self) -> NDArray[np.bool_]:
        """Tell for each block whether clients are served from every start in it."""
        least = self.blocks.least(every)
        good = least - self.blocks.most(self.bad)
        fast = least - self.blocks.most(self.slow)
        return self._enough(good, fast, least)
