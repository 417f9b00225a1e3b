"""Judging a healthy synthetic trial, which a test damages in one way first."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import objectives, slo
from tests.timelines import Trial as Recorded
from tests.timelines import healthy

if TYPE_CHECKING:
    from collections.abc import Callable

SLOS = Path(__file__).parents[2] / "slos"


class Trial(Recorded):
    """A trial that can be changed, and judged."""

    def defaults(self) -> tuple[slo.Objective, ...]:
        """Return the default promises."""
        return _defaults()

    def verdicts(self) -> dict[str, slo.Verdict]:
        """Judge by the default promises."""
        found = slo.judge(self.timeline(), _defaults())
        return {item.objective: item for item in found}


@cache
def _defaults() -> tuple[slo.Objective, ...]:
    return objectives.read(SLOS)


def make_trial() -> Trial:
    """Return a healthy trial: a replica killed, nobody hurt, everything watched."""
    return Trial(healthy().timeline())


@pytest.fixture(scope="session")
def new_trial() -> Callable[[], Trial]:
    """Return what makes a fresh healthy trial; for property tests, which need many."""
    return make_trial


@pytest.fixture
def trial(new_trial: Callable[[], Trial]) -> Trial:
    """Return a fresh healthy trial."""
    return new_trial()


def _baseline(trial: Trial) -> slo.Verdict:
    promise = slo.Objective(
        "baseline", "success", slo.Indicator.SUCCESS, slo.PhaseName.BASELINE, slo.Op.GTE, 0.99
    )
    return slo.judge(trial.timeline(), [promise])[0]


@pytest.fixture
def baseline() -> Callable[[Trial], slo.Verdict]:
    """Return what judges a success ratio of 0.99 in the baseline."""
    return _baseline
