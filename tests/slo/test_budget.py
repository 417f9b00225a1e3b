"""The share of the error budget that a trial spent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from seatrial.slo import Indicator, Objective, Op, PhaseName, judge

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

DAYS_28 = 28 * 86_400.0
PROMISE = Objective(
    "success",
    "success",
    Indicator.SUCCESS,
    PhaseName.WHOLE,
    Op.GTE,
    0.999,
    floor=1000,
    budget_s=DAYS_28,
)


def test_the_budget_spent_is_failures_over_what_the_window_allows(trial: Trial) -> None:
    """60 failures of some 14,400 in 120 s: by hand, 60 / (0.001 x rate x 28 days)."""
    trial.fail(trial.at(110, 112)[:60])
    [found, _] = judge(trial.timeline(), [PROMISE])
    allowed = 0.001 * (found.n / 120) * DAYS_28
    assert found.budget_spent == pytest.approx(60 / allowed)
    assert "spent 0.021 % of the 28-day error budget" in found.reason


def test_no_failure_spends_nothing(trial: Trial) -> None:
    """Without a failure the share is 0, and no word is lost about it."""
    [found, _] = judge(trial.timeline(), [PROMISE])
    assert found.budget_spent == 0
    assert "budget" not in found.reason


def test_without_a_window_there_is_no_budget(trial: Trial) -> None:
    """A promise without a time window has no budget to spend."""
    [found, _] = judge(trial.timeline(), [replace(PROMISE, budget_s=None)])
    assert found.budget_spent is None


def test_measurements_that_can_not_be_trusted_spend_nothing(trial: Trial) -> None:
    """Where the load died nobody knows what was spent."""
    trial.load = None
    [found, _] = judge(trial.timeline(), [PROMISE])
    assert found.budget_spent is None
