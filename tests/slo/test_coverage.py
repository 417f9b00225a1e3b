"""How often the rules err, by seeded simulation: the tables of benchmarks/coverage.py, in small."""

from __future__ import annotations

import math

import pytest

from benchmarks.simulation import (
    THIRD,
    WORSE,
    mean_misses,
    percentile_misses,
    ratio_passes,
    share_passes,
    stopped,
)

TRIALS = 600

#: Objective, seconds, mean burst, the false PASS it may have: 5 % for single failures; for bursts
#: what a window of that length can't see, and no more.
FALSE_PASS = [
    (0.99, 60, 1, 0.05),
    (0.999, 60, 1, 0.05),
    (0.90, 60, 1, 0.05),
    (0.99, 60, 10, 0.095),
    (0.99, 60, 40, 0.33),
    (0.99, 300, 40, 0.081),
    (0.999, 60, 10, 0.58),
    (0.999, 300, 40, 0.52),
    (0.90, 60, 40, 0.05),
]


def at_most(share: float, *, trials: int = TRIALS) -> float:
    """Return the share and what a simulation of so many trials may be off: three errors."""
    return share + 3 * math.sqrt(share * (1 - share) / trials)


@pytest.mark.parametrize(("objective", "seconds", "burst", "allowed"), FALSE_PASS)
def test_a_service_just_worse_than_promised_seldom_passes(
    objective: float, seconds: int, burst: int, allowed: float
) -> None:
    """The judge passes a violating service as seldom as it must, a threshold every other time."""
    threshold, _, judge, _ = ratio_passes(objective, seconds, burst, budget=WORSE, trials=TRIALS)
    assert judge <= at_most(allowed)
    assert threshold >= 0.45


def test_a_service_at_a_third_of_its_budget_often_passes() -> None:
    """The bound has power: bursts of ten at a third of the budget pass in every other minute."""
    _, _, judge, _ = ratio_passes(0.99, 60, 10, budget=THIRD, trials=TRIALS)
    assert judge >= 0.45


@pytest.mark.parametrize("shape", ["exponential", "lognormal", "pareto", "1 % fail", "0.2 % fail"])
def test_the_true_mean_seldom_lies_above_its_bound(shape: str) -> None:
    """Whatever the latencies' distribution, the bound on the mean errs in 5 % at the most."""
    observed, _, judge = mean_misses(shape, 3600, trials=TRIALS)
    assert judge <= at_most(0.05)
    assert observed >= 0.3


def test_failures_in_bursts_mislead_the_mean_less_than_students_t() -> None:
    """The upper deviation takes bursts more seriously, though no bound sees those to come."""
    _, student, judge = mean_misses("bursts", 12_000, trials=TRIALS)
    assert judge < student


@pytest.mark.parametrize("rank", [50, 95, 99])
def test_the_true_percentile_seldom_lies_outside_its_interval(rank: float) -> None:
    """Each end of the interval errs in 5 % of trials at the most."""
    above, below = percentile_misses("lognormal", rank, 3600, trials=TRIALS)
    assert above <= at_most(0.05)
    assert below <= at_most(0.05)


@pytest.mark.parametrize(
    ("expected", "tolerance", "relative"), [(0.7, 3.0, False), (1 / 3, 25.0, True)]
)
def test_a_share_off_by_its_tolerance_seldom_passes(
    expected: float, tolerance: float, *, relative: bool
) -> None:
    """An interval within the tolerance is seldom wrong, the observed share every other time."""
    observed, judge = share_passes(
        3000, expected=expected, tolerance=tolerance, relative=relative, trials=5000
    )
    assert judge <= at_most(0.05, trials=5000)
    assert observed >= 0.45


def test_looks_do_not_raise_the_error_of_single_failures() -> None:
    """Stopped at the first PASS of ten, a service just worse than promised passes in 5 %."""
    found = stopped(0.99, 60, 1, budget=WORSE, trials=TRIALS)
    assert found.sequential <= at_most(0.05)


def test_a_healthy_service_is_decided_before_its_time() -> None:
    """At a third of the budget most of five minutes' trials end at the first look."""
    found = stopped(0.99, 300, 1, budget=THIRD, trials=100)
    assert found.sequential >= 0.95
    assert found.time <= 0.6
