"""The campaign's moments can be repeated, and leave no fault and no victim out."""

from __future__ import annotations

from collections import Counter

import pytest

from .moments import VICTIMS, moments

KINDS = tuple(f"fault-{number}" for number in range(18))


def test_a_seed_repeats_its_moments() -> None:
    """The same seed gives the same moments, another seed others."""
    assert moments(7, KINDS, 100) == moments(7, KINDS, 100)
    assert moments(7, KINDS, 100) != moments(8, KINDS, 100)


def test_a_short_campaign_begins_a_long_one() -> None:
    """What a sample runs is what the whole campaign of that seed begins with."""
    assert moments(7, KINDS, 100)[:5] == moments(7, KINDS, 5)


@pytest.mark.parametrize("seed", range(20))
def test_a_hundred_moments_leave_nothing_out(seed: int) -> None:
    """Each fault comes three times and more, each victim twenty times, 80 moments lie inside."""
    found = moments(seed, KINDS, 100)
    kinds = Counter(item.kind for item in found)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) >= 3
    assert Counter(item.victim for item in found) == dict.fromkeys(VICTIMS, 20)
    assert sum(item.inside for item in found) == 80
    assert all(0 <= item.at < 1 for item in found)
