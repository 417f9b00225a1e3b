"""Stretches that slide: what is found block by block is what trying every start finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.slo import sliding as module
from seatrial.slo.running import every, running
from seatrial.slo.serving import Serving
from seatrial.slo.sliding import lowest, sliding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Found = list[tuple[int, bool, bool]]
    Flags = NDArray[np.bool_]

LENGTH = 40
SPANS = ((0, 130), (150, 260))


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> Iterator[None]:
    """Make blocks so small that a generated trial has many of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", 3)
        patch.setattr(module, "TOGETHER", 2)
        patch.setattr(module, "SAMPLES", 2)
        patch.setattr(module, "COMPARED", 4)
        yield


trials = st.lists(
    st.tuples(st.integers(0, 300), st.booleans(), st.booleans()), min_size=1, max_size=120
)


def blocks_of(found: Found) -> tuple[module.Sliding, Flags, Flags]:
    """Return the stretches over generated requests, with which are ok and which are fast."""
    found = sorted(found)
    asked = np.asarray([at for at, _, _ in found], dtype=np.int64)
    ok = np.asarray([good for _, good, _ in found])
    fast = ok & np.asarray([quick for _, _, quick in found])
    return sliding(SPANS, asked, LENGTH), ok, fast


def every_start() -> list[int]:
    """Return every instant at which a whole stretch may start."""
    return [at for first, end in SPANS for at in range(first, end - LENGTH + 1)]


def held(blocks: module.Sliding, flags: Flags, start: int) -> int:
    """Count one stretch's flagged requests, one by one."""
    inside = (blocks.asked >= start) & (blocks.asked < start + LENGTH)
    return int(np.count_nonzero(inside & flags))


@settings(deadline=None, derandomize=True)
@given(trials)
def test_the_least_stretch_is_found_without_trying_every_start(
    found: Found,
) -> None:
    """The fewest ok answers in any stretch, and the first start that has so few."""
    blocks, ok, _ = blocks_of(found)
    before = running(ok)
    least = lowest(blocks, blocks.least(before), lambda at: (blocks.counts(at, before), at))
    assert least is not None
    counts = [held(blocks, ok, start) for start in every_start()]
    assert least[0] == min(counts)
    assert held(blocks, ok, least[1]) == min(counts)


@settings(deadline=None, derandomize=True)
@given(trials)
def test_a_blocks_bounds_hold_for_each_of_its_starts(found: Found) -> None:
    """No stretch that starts in a block holds less than the least or more than the most."""
    blocks, ok, _ = blocks_of(found)
    before = running(ok)
    least, most = blocks.least(before), blocks.most(before)
    for block in range(len(blocks.low)):
        for start in range(int(blocks.low[block]), int(blocks.high[block]) + 1):
            assert least[block] <= held(blocks, ok, start) <= most[block]


@settings(deadline=None, derandomize=True)
@given(trials, st.integers(0, 90))
def test_the_end_of_an_interruption_is_the_one_that_every_instant_shows(
    found: Found, begun: int
) -> None:
    """Served again from the first instant after the last one, begun in time, that was lost."""
    found = [item for item in found if item[0] < SPANS[0][1]] or [(0, True, True)]
    _, ok, fast = blocks_of(found)
    asked = np.asarray(sorted(at for at, _, _ in found), dtype=np.int64)
    blocks = sliding(SPANS[:1], asked, LENGTH)
    serving = Serving(blocks, running(~ok), running(~fast), 0.8, 0.5)
    last = SPANS[0][1] - LENGTH
    served = serving.at(np.arange(last + 1))
    lost = [at for at in range(min(begun, last) + 1) if not served[at]]
    after = [at for at in range(lost[-1], last + 1) if served[at]] if lost else [0]
    assert serving.last_interruption_over(begun) == (after[0] if after else None)


@settings(deadline=None, derandomize=True)
@given(trials, st.integers(0, 90), st.integers(1, 8))
def test_a_stretch_with_too_few_requests_is_found(found: Found, until: int, floor: int) -> None:
    """The fewest requests fall below the floor exactly where some stretch's do."""
    blocks, ok, fast = blocks_of(found)
    serving = Serving(blocks, running(~ok), running(~fast), 0.8, 0.5)
    every = [held(blocks, np.ones_like(ok), at) for at in every_start() if at <= until]
    assert (serving.fewest(until, floor) < floor) == (min(every) < floor)


@settings(deadline=None, derandomize=True)
@given(trials)
def test_the_least_number_of_requests_is_exact(found: Found) -> None:
    """The fewest requests of all stretches are those of the emptiest, counted at every start."""
    blocks, ok, _ = blocks_of(found)
    every_one = np.ones_like(ok)
    assert blocks.fewest() == min(held(blocks, every_one, start) for start in every_start())


@settings(deadline=None, derandomize=True)
@given(trials, st.integers(0, 12), st.integers(1, 3))
def test_the_worst_stretch_is_the_first_one_that_no_other_undercuts(
    found: Found, asked_for: int, apart: int
) -> None:
    """By the bounds that throughput uses, of evenly spaced requests, too, that share instants."""
    found = [(at if at % 2 else at // 7 * 7 // apart, good, True) for at, good, _ in found]
    blocks, ok, _ = blocks_of(found)
    served, least = running(ok), max(blocks.fewest(), asked_for)
    bounds = np.maximum(blocks.least(served), least - blocks.most(running(~ok)))

    def measure(starts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        enough = blocks.counts(starts, every) >= asked_for
        return blocks.counts(starts[enough], served), starts[enough]

    everyone = np.ones_like(ok)
    tried = [
        (held(blocks, ok, start), start)
        for start in every_start()
        if held(blocks, everyone, start) >= asked_for
    ]
    assert lowest(blocks, bounds, measure) == min(tried, default=None)


@given(st.lists(st.booleans(), max_size=200))
def test_a_running_count_counts_before_every_place(flags: list[bool]) -> None:
    """Before each place, the one behind the last request included, as many as were set."""
    places = np.arange(len(flags) + 1, dtype=np.int64)
    found = running(np.asarray(flags, dtype=np.bool_))(places)
    assert found.tolist() == [sum(flags[:place]) for place in places.tolist()]


@pytest.mark.parametrize("apart", [1, 3, 7])
def test_one_late_request_among_evenly_spaced_ones_is_noticed(apart: int) -> None:
    """Each request in its turn comes one ns late: the emptiest stretch is found nevertheless."""
    even = np.arange(0, 260, apart, dtype=np.int64)
    for late in range(1, len(even)):
        asked = np.sort(np.where(np.arange(len(even)) == late, even + 1, even))
        blocks, every_one = sliding(SPANS, asked, LENGTH), np.ones(len(asked), dtype=np.bool_)
        assert blocks.fewest() == min(held(blocks, every_one, start) for start in every_start())


def test_a_phase_shorter_than_the_stretch_holds_none() -> None:
    """There is no start whose stretch would reach out of the phase."""
    assert not len(sliding(((0, 39),), np.arange(39), LENGTH).low)
    assert len(sliding(((0, 40),), np.arange(40), LENGTH).low) == 1
