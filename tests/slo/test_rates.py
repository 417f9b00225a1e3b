"""Phases with their own rate: each is held to what was planned in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial import slo
from seatrial.slo import Indicator, Objective, Op, Outcome, PhaseName
from seatrial.timeline import Outcome as Ended
from seatrial.timeline import Phase

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

#: Of the 120 requests/s that the synthetic trial has, one in three is left in these phases.
LOW = (("settle", 0, 10), ("baseline", 10, 40), ("calm", 100, 130))


@pytest.fixture
def surging(trial: Trial) -> Trial:
    """Return a trial without a fault: low, then high, then low again."""
    spans = (*LOW[:2], ("surge", 40, 100), LOW[2])
    kept = [trial.at(40, 100), *(trial.at(a, b)[::3] for _, a, b in LOW)]
    trial.requests = trial.requests[np.sort(np.concatenate(kept))]
    phases = tuple(
        Phase(name, a * trial.second, b * trial.second, len(trial.at(a, b)) / (b - a))
        for name, a, b in spans
    )
    planned = len(trial.requests)
    trial.plan = replace(trial.plan, phases=phases, planned=planned, experiment="")
    trial.report(planned=planned, recorded=planned)
    trial.faults = ()
    return trial


def _judged(trial: Trial, phase: PhaseName, least: float = 30.0) -> slo.Verdict:
    promise = Objective("t", "t", Indicator.THROUGHPUT, phase, Op.GTE, least, window_s=10.0)
    return slo.judge(trial.timeline(), [promise])[0]


@pytest.mark.parametrize("phase", ["baseline", "surge", "calm", "whole"])
def test_each_phase_of_its_own_rate_can_be_judged(surging: Trial, phase: str) -> None:
    """Nothing is missing, whatever the rate: 30/s are carried in each phase."""
    assert _judged(surging, PhaseName(phase)).outcome is Outcome.PASS


def test_the_whole_is_all_after_settling(surging: Trial) -> None:
    """Surge and calm belong to the whole trial as baseline, fault and recovery do."""
    counts = {name.value: slo.figures(surging.timeline(), name).n for name in PhaseName}
    assert counts["whole"] == counts["baseline"] + counts["surge"] + counts["calm"]
    assert counts["outside"] == counts["whole"]
    assert counts["fault"] == counts["recovery"] == 0


def test_figures_are_of_the_phases_that_the_plan_has(surging: Trial) -> None:
    """No row is shown for a phase that was not planned."""
    assert slo.phases_of(surging.plan) == ("baseline", "surge", "calm", "whole")


def test_a_missed_rate_in_a_small_phase_is_a_hole_in_the_whole(surging: Trial) -> None:
    """A tenth of the calm unsent is under 1 % of the whole trial, and still decides neither."""
    unsent = surging.at(100, 130)[::14]
    assert len(unsent) < 0.01 * len(surging.at(10, 130))
    surging.requests["outcome"][unsent] = Ended.UNSENT
    for phase in (PhaseName.CALM, PhaseName.WHOLE):
        verdict = _judged(surging, phase)
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert verdict.guards == ("rate-missed",)
        assert "planned in the phase calm" in verdict.reason
    assert _judged(surging, PhaseName.SURGE).outcome is Outcome.PASS


def test_a_phase_that_lacks_requests_of_its_own_is_undecided(surging: Trial) -> None:
    """As many requests as planned, but not where they were planned: the surge was not offered."""
    moved = surging.at(40, 100)[-1]
    surging.requests["intended"][moved] = 101 * surging.second
    assert _judged(surging, PhaseName.SURGE).guards == ("not-all-recorded",)
    assert _judged(surging, PhaseName.CALM).guards == ("not-all-recorded",)
    assert _judged(surging, PhaseName.BASELINE).outcome is Outcome.PASS


def test_a_throughput_above_a_phases_own_rate_is_not_shown_by_another(surging: Trial) -> None:
    """100/s are carried in the surge; over the whole they were not even offered, and it says so."""
    assert _judged(surging, PhaseName.SURGE, 95.0).outcome is Outcome.PASS
    verdict = _judged(surging, PhaseName.WHOLE, 95.0)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "baseline 40" in verdict.reason
    assert "calm 4" in verdict.reason
