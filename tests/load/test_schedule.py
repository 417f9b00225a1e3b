"""The planned arrivals: exact in number, fixed in advance, of the distribution they claim."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seatrial.errors import UsageError
from seatrial.load import Stage, planned, schedule

NANOSECONDS = 1_000_000_000


@given(
    rate=st.floats(1, 2000),
    seconds=st.floats(1, 20),
    arrivals=st.sampled_from(["constant", "poisson"]),
    seed=st.integers(0, 2**32),
)
def test_every_schedule_has_exactly_the_planned_requests(
    rate: float, seconds: float, arrivals: str, seed: int
) -> None:
    """N is round(rate x seconds), ascending, within the window, whatever the arrivals."""
    starts = schedule([Stage(seconds, rate)], arrivals, seed)
    assert len(starts) == planned([Stage(seconds, rate)]) == round(rate * seconds)
    assert (np.diff(starts) >= 0).all()
    assert starts[0] >= 0
    assert starts[-1] < seconds * NANOSECONDS


def test_constant_arrivals_are_evenly_spaced() -> None:
    """At 120/s each request starts 1/120 s after the one before, to the ns, without drift."""
    starts = schedule([Stage(60, 120)], "constant", 0)
    assert np.abs(starts - np.arange(7200) * NANOSECONDS / 120).max() <= 1


def test_poisson_arrivals_follow_from_the_seed_alone() -> None:
    """The same seed plans the same instants, another seed others."""
    assert np.array_equal(
        schedule([Stage(10, 100)], "poisson", 7), schedule([Stage(10, 100)], "poisson", 7)
    )
    assert not np.array_equal(
        schedule([Stage(10, 100)], "poisson", 7), schedule([Stage(10, 100)], "poisson", 8)
    )


def test_poisson_gaps_are_exponential() -> None:
    """The gaps can't be told from an exponential distribution of the rate; even gaps can."""
    gaps = np.diff(schedule([Stage(100, 100)], "poisson", 42)) / NANOSECONDS
    even = np.diff(schedule([Stage(100, 100)], "constant", 42)) / NANOSECONDS
    assert stats.kstest(gaps, "expon", args=(0, 1 / 100)).pvalue > 0.01
    assert stats.kstest(even, "expon", args=(0, 1 / 100)).pvalue < 1e-6


def test_poisson_counts_in_short_windows_vary_as_they_must() -> None:
    """Counts in 100 ms windows have a variance near their mean, as a Poisson process has."""
    starts = schedule([Stage(200, 100)], "poisson", 3) / NANOSECONDS
    counts = np.histogram(starts, bins=np.arange(0, 200.1, 0.1))[0]
    assert counts.var() / counts.mean() == pytest.approx(1, abs=0.15)


@given(
    stages=st.lists(st.builds(Stage, st.floats(1, 20), st.floats(1, 300)), min_size=1, max_size=4),
    arrivals=st.sampled_from(["constant", "poisson"]),
    seed=st.integers(0, 2**32),
)
def test_each_stage_holds_exactly_its_own_requests(
    stages: list[Stage], arrivals: str, seed: int
) -> None:
    """Whatever rates follow each other, each stretch has round(its rate x its seconds)."""
    starts = schedule(stages, arrivals, seed)
    ends = np.cumsum([0, *(round(stage.seconds * NANOSECONDS) for stage in stages)])
    counts = np.histogram(starts, bins=[*ends[:-1], ends[-1] - 1])[0]
    assert counts.tolist() == [round(stage.rate * stage.seconds) for stage in stages]
    assert (np.diff(starts) >= 0).all()


def test_a_stage_does_not_depend_on_those_after_it() -> None:
    """The same seed plans the same baseline, whatever surge follows it."""
    low, high, higher = Stage(10, 50), Stage(10, 200), Stage(5, 900)
    starts = schedule([low, high], "poisson", 7)
    assert np.array_equal(starts[:500], schedule([low, higher], "poisson", 7)[:500])
    assert not np.array_equal(starts[500:1000] - 10 * NANOSECONDS, starts[:500])


def test_a_schedule_of_no_requests_is_refused() -> None:
    """A load that plans nothing is an error, for it could prove nothing."""
    with pytest.raises(UsageError, match="no request at all"):
        schedule([Stage(10, 10), Stage(1, 0.1)], "constant", 0)
    with pytest.raises(UsageError, match="no stage"):
        schedule([], "constant", 0)


def test_unknown_arrivals_are_refused() -> None:
    """Arrivals other than the two known ones are an error that names both."""
    with pytest.raises(UsageError, match="'constant' or 'poisson'"):
        schedule([Stage(1, 10)], "bursty", 0)
