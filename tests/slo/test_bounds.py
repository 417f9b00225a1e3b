"""The bounds: published values, monotony, and how often they err, by seeded simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.slo import bounds
from seatrial.slo.rules.shares import deviation

SECOND = 1_000_000_000
TRIALS = 1000
RATE = 100


def test_no_failure_needs_2995_requests_for_three_nines() -> None:
    """With no failure the exact bound is 0.05^(1/N): 0.999 takes 2,995 requests."""
    none = np.empty(0, dtype=np.int64)
    assert bounds.ratio_lower(2995, none, 0.95) >= 0.999
    assert bounds.ratio_lower(2994, none, 0.95) < 0.999
    assert bounds.clopper_pearson_lower(3000, 3000, 0.95) == pytest.approx(0.05 ** (1 / 3000))


def test_clopper_pearson_has_its_published_values() -> None:
    """The exact interval for 4 of 20 at 95 % two-sided is 0.0573 to 0.4366."""
    assert bounds.clopper_pearson_lower(4, 20, 0.975) == pytest.approx(0.0573, abs=5e-5)
    assert bounds.clopper_pearson_upper(4, 20, 0.975) == pytest.approx(0.4366, abs=5e-5)


def test_the_poisson_limit_has_garwoods_values() -> None:
    """Seen 0, 1 and 2 single episodes, the 95 % limits are 3.00, 4.74 and 6.30."""
    limits = [bounds.failures_upper(np.ones(k, dtype=np.int64), 0.95) for k in (0, 1, 2)]
    assert limits == pytest.approx([2.996, 4.744, 6.296], abs=1e-3)


def test_failures_close_together_are_one_episode() -> None:
    """A pause of two seconds ends an episode, a shorter one does not."""
    instants = np.asarray([0, 1, 2.9, 4.9, 10], dtype=np.float64) * SECOND
    assert bounds.episodes(instants.astype(np.int64)).tolist() == [3, 1, 1]


def test_one_burst_weighs_more_than_the_same_failures_apart() -> None:
    """Forty failures at once bound the ratio lower than forty single ones do."""
    at_once = bounds.ratio_lower(10_000, np.asarray([40]), 0.95)
    apart = bounds.ratio_lower(10_000, np.ones(40, dtype=np.int64), 0.95)
    assert at_once < apart


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 60_000), min_size=0, max_size=60, unique=True), st.integers(0, 60_000)
)
def test_one_more_failure_never_raises_the_bound(instants_ms: list[int], more_ms: int) -> None:
    """Whatever failed, another failure at any instant does not raise the lower bound."""
    before = np.sort(np.asarray(instants_ms, dtype=np.int64)) * 1_000_000
    after = np.sort(np.append(before, more_ms * 1_000_000))
    was = bounds.ratio_lower(6000, bounds.episodes(before), 0.95)
    now = bounds.ratio_lower(6000, bounds.episodes(after), 0.95)
    assert now <= was + 1e-12


def test_the_deciding_length_decides() -> None:
    """A trial so many times as long, failing alike, has a bound that meets the promise."""
    sizes = np.ones(4, dtype=np.int64)
    assert bounds.ratio_lower(6000, sizes, 0.95) < 0.999
    scale = bounds.deciding_scale(6000, sizes, 0.999, 0.95)
    assert scale is not None
    assert 1 < scale < 20
    assert bounds.ratio_lower(6000, sizes, 0.95, scale) >= 0.999


def test_no_length_decides_what_just_misses() -> None:
    """Where the observed ratio is the promise itself no trial is long enough, and that is said."""
    assert bounds.deciding_scale(1000, np.ones(100, dtype=np.int64), 0.9, 0.95) is None


def test_answers_of_unknown_origin_widen_the_interval() -> None:
    """A request that nobody is known to have answered may have been anyone's."""
    known = deviation("a", seen=700, unknown=0, total=1000, expected=0.7, relative=False)
    unknown = deviation("a", seen=700, unknown=50, total=1050, expected=0.7, relative=False)
    assert unknown.high > known.high
    assert unknown.low < known.low
