"""Where the records behind a verdict are: from what a rule found to files, rows and lines.

A rule marks requests of its window, or names the instants of samples; here these become positions
in the files as they were saved. It reads no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo.guards import Load, needs_of
from seatrial.slo.values import Indicator, Records

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seatrial.slo.case import Case, Found
    from seatrial.slo.windows import Window
    from seatrial.timeline import Timeline

#: So many places are named; `seatrial judge DIR --records OBJECTIVE` shows them all.
NAMED = 20
REQUESTS, FAULTS = "requests.npy", "faults.json"


def behind(case: Case, found: Found, *, limit: int | None = NAMED) -> tuple[Records, ...]:
    """Return what speaks against the promise; where nothing does, all that was judged.

    ``limit`` is the most rows that each file is given with; None asks for all of them.
    """
    if case.objective.indicator is Indicator.UNDO:
        return _faults(case.timeline, limit)
    needs = needs_of(case.objective)
    if needs.load is Load.MEASURES:
        return _requests(case, found, limit)
    lines = ((name, _lines(case, found, name)) for name in needs.instruments)
    what = "what decided it" if found.instants else "all samples judged"
    return tuple(
        Records(f"{name}.jsonl", what, len(rows), tuple(rows[:limit]))
        for name, rows in lines
        if rows
    )


def _requests(case: Case, found: Found, limit: int | None) -> tuple[Records, ...]:
    marked = found.against is not None and bool(np.any(found.against))
    if found.against is not None and marked:
        chosen = np.flatnonzero(found.against)
        count = len(chosen)
    else:
        count = case.part.n
        chosen = np.arange(count if limit is None else min(count, limit))
    rows = tuple(saved_rows(case.part, chosen[:limit]).tolist())
    what = "against it" if marked else "all that was judged"
    return (Records(REQUESTS, what, count, rows),) if count else ()


def saved_rows(part: Window, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of ``requests.npy`` that these positions in the window's requests have.

    int64, the shape of ``chosen``.
    """
    lows = np.array([cut.start for cut in part.cuts], dtype=np.int64)
    lengths = np.array([cut.stop for cut in part.cuts], dtype=np.int64) - lows
    before = np.cumsum(lengths) - lengths
    span = np.searchsorted(before, chosen, side="right") - 1
    ordered = lows[span] + chosen - before[span]
    rows = part.trial.recorded
    return np.asarray(ordered if rows is None else rows[ordered], dtype=np.int64)


def _lines(case: Case, found: Found, instrument: str) -> list[int]:
    """Return the lines of an instrument's samples: at the instants found, else in the spans."""
    samples = enumerate(getattr(case.timeline, instrument), start=1)
    if found.instants:
        wanted = set(found.instants)
        return [line for line, sample in samples if sample.at_ns in wanted]
    return [
        line
        for line, sample in samples
        if any(start <= sample.at_ns < end for start, end in case.part.spans)
    ]


def _faults(timeline: Timeline, limit: int | None) -> tuple[Records, ...]:
    left = [row for row, hit in enumerate(timeline.faults) if not hit.undone]
    rows = left or list(range(len(timeline.faults)))
    what = "against it" if left else "all that was judged"
    return (Records(FAULTS, what, len(rows), tuple(rows[:limit])),) if rows else ()
