"""Instants that no cluster can be made to hit: exactly at a deadline, an edge, a bound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from seatrial import slo
from seatrial.slo import Indicator, Objective, Op, Outcome, PhaseName

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

MS = 1_000_000
MEAN = Objective("m", "m", Indicator.MEAN_LATENCY, PhaseName.BASELINE, Op.LTE, 1000.0)
GOOD = Objective("g", "g", Indicator.SUCCESS, PhaseName.BASELINE, Op.GTE, 0.9)
FAST = Objective("f", "f", Indicator.LATENCY, PhaseName.BASELINE, Op.GTE, 0.9, within_ms=50.0)
NONE_LATE = Objective("t", "t", Indicator.TIMEOUTS, PhaseName.BASELINE, Op.LTE, 0.0)


def verdict(trial: Trial, objective: Objective) -> slo.Verdict:
    """Judge one objective."""
    return slo.judge(trial.timeline(), [objective])[0]


def test_an_answer_at_exactly_the_deadline_is_an_answer(trial: Trial) -> None:
    """Recorded as ok, it is good, is no timeout, and costs exactly its deadline."""
    trial.slow(slice(None), trial.plan.deadline_ms)
    assert verdict(trial, GOOD).value == 1
    assert verdict(trial, NONE_LATE).outcome is Outcome.PASS
    assert verdict(trial, MEAN).value == 1000.0


def test_a_timeout_at_exactly_the_deadline_is_a_timeout(trial: Trial) -> None:
    """Ended in the same ns as the deadline, it is late, not good, and costs its deadline."""
    every = slice(None)
    trial.slow(every, trial.plan.deadline_ms)
    trial.fail(every, "deadline")
    assert verdict(trial, GOOD).outcome is Outcome.FAIL
    assert verdict(trial, NONE_LATE).outcome is Outcome.FAIL
    assert verdict(trial, MEAN).value == 1000.0


def test_exactly_the_promised_latency_is_not_below_it(trial: Trial) -> None:
    """50 ms is not below 50 ms; one ns less is."""
    trial.slow(slice(None), 50.0)
    assert verdict(trial, FAST).value == 0
    trial.requests["end"] -= 1
    assert verdict(trial, FAST).value == 1


@pytest.mark.parametrize(("jump_ms", "raised"), [(500, False), (-500, False), (501, True)])
def test_a_clock_that_jumps_in_the_middle_is_seen_from_half_a_second(
    trial: Trial, jump_ms: int, *, raised: bool
) -> None:
    """Exactly half a second either way is a clock being steered; more is a jump."""
    trial.report(clock_jump_ns=jump_ms * MS)
    found = verdict(trial, GOOD)
    assert ("clock-jumped" in found.guards) is raised
    assert found.outcome is (Outcome.INCONCLUSIVE if raised else Outcome.PASS)


def test_a_fault_in_the_last_ns_of_its_phase_leaves_nothing_to_judge(trial: Trial) -> None:
    """It began in its phase, but no request belongs to a window of one ns."""
    trial.fault(started_ns=100 * trial.second - 1)
    in_fault = verdict(trial, replace(GOOD, phase=PhaseName.FAULT))
    assert in_fault.outcome is Outcome.INCONCLUSIVE
    assert "no-requests" in in_fault.guards
    assert "fault-misplaced" not in in_fault.guards


@pytest.mark.parametrize(
    ("at_s", "off_ns", "misplaced"),
    [(40, 0, False), (40, -1, True), (100, -1, False), (100, 0, True)],
)
def test_a_fault_belongs_to_its_phase_to_the_ns(
    trial: Trial, at_s: int, off_ns: int, *, misplaced: bool
) -> None:
    """The phase's first ns is inside, its end is not."""
    trial.fault(started_ns=at_s * trial.second + off_ns)
    found = verdict(trial, replace(GOOD, phase=PhaseName.RECOVERY))
    assert ("fault-misplaced" in found.guards) is misplaced


@pytest.mark.parametrize(("off_ns", "overlaps"), [(0, False), (1, True)])
def test_a_fault_may_end_with_its_phase_and_not_a_ns_later(
    trial: Trial, off_ns: int, *, overlaps: bool
) -> None:
    """One ns into the recovery there was no recovery yet; fault window and whole are judged."""
    trial.fault(ended_ns=100 * trial.second + off_ns)
    for phase in (PhaseName.RECOVERY, PhaseName.OUTSIDE):
        found = verdict(trial, replace(GOOD, phase=phase))
        assert found.guards == (("fault-overlaps",) if overlaps else ())
        assert found.outcome is (Outcome.INCONCLUSIVE if overlaps else Outcome.PASS)
    for phase in (PhaseName.FAULT, PhaseName.WHOLE):
        assert not verdict(trial, replace(GOOD, phase=phase)).guards


def test_a_second_fault_is_asked_for_its_phase_too(trial: Trial) -> None:
    """Of two faults the one that began in the recovery is named."""
    late = replace(trial.faults[0], name="late", started_ns=110 * trial.second)
    trial.faults = (*trial.faults, late)
    found = verdict(trial, replace(GOOD, phase=PhaseName.RECOVERY))
    assert "fault-misplaced: late began" in found.reason


@pytest.mark.parametrize(("gap_ns", "silent"), [(12_000_000_000, False), (12_000_000_001, True)])
def test_an_instrument_may_be_silent_for_two_of_its_periods_and_a_hiccup(
    trial: Trial, gap_ns: int, *, silent: bool
) -> None:
    """Sampled each 5 s: 12 s of silence are one lost round, a ns more is a lost instrument."""
    start = 65 * trial.second
    late = replace(trial.endpoints[-1], at_ns=start + gap_ns)
    kept = (item for item in trial.endpoints if not start < item.at_ns < start + gap_ns)
    trial.endpoints = (*kept, late)
    promise = Objective("r", "r", Indicator.READY_REPLICAS, PhaseName.WHOLE, Op.GTE, 2.0)
    assert ("instrument-silent" in verdict(trial, promise).guards) is silent
