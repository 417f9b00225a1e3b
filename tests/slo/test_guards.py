"""Each guard: a trial that can't know does not pass, and says why and what mends it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from seatrial.slo import Outcome
from seatrial.timeline import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.slo import Verdict
    from tests.slo.conftest import Trial

#: What is measured by requests; the other default promises are about samples.
BY_REQUESTS = (
    "success-whole",
    "latency-p95-whole",
    "latency-mean-whole",
    "timeouts",
    "throughput",
    "arm-split",
    "replica-spread",
    "served-again",
)
MOVES = ("scaling-steps", "scaling-reversals", "early-down-steps", "replica-writers")
NOT_BY_LOAD = {"replica-replaced", "undo"}


def inconclusive(verdicts: dict[str, Verdict]) -> set[str]:
    """Return the names of the objectives that were not decided."""
    return {name for name, item in verdicts.items() if item.outcome is Outcome.INCONCLUSIVE}


def test_a_healthy_trial_passes_every_default_promise(trial: Trial) -> None:
    """With nothing wrong every default promise is a PASS without a guard."""
    for verdict in trial.verdicts().values():
        assert verdict.outcome is Outcome.PASS, verdict.reason
        assert not verdict.guards


def test_a_lost_load_process_decides_nothing(trial: Trial) -> None:
    """Without the load's report nothing that needs the load is decided, failed requests or not."""
    trial.load = None
    trial.requests = trial.requests[:7000]
    trial.fail(trial.at(12, 39))
    verdicts = trial.verdicts()
    assert inconclusive(verdicts) == set(verdicts) - NOT_BY_LOAD
    assert "load-lost" in verdicts["success-whole"].guards
    assert "read load.log" in verdicts["success-whole"].reason


def test_requests_that_are_missing_decide_nothing(trial: Trial) -> None:
    """Fewer records than planned requests: what is missing may be what failed."""
    trial.requests = trial.requests[:-1]
    verdicts = trial.verdicts()
    assert inconclusive(verdicts) == set(verdicts) - NOT_BY_LOAD
    assert verdicts["success-whole"].guards == ("not-all-recorded",)


def test_requests_outside_the_plan_decide_nothing(trial: Trial) -> None:
    """A record whose intended start lies in no phase is of another trial."""
    trial.requests["intended"][-1] = 200 * trial.second
    assert "not-all-recorded" in trial.verdicts()["success-whole"].guards


def test_a_load_process_that_failed_decides_nothing(trial: Trial) -> None:
    """A report with an exit code that is not 0 is no report to trust."""
    trial.report(exit_code=1)
    assert trial.verdicts()["success-whole"].guards == ("load-failed",)


def test_a_missed_rate_is_no_fail_of_the_service(trial: Trial) -> None:
    """Two in a hundred requests unsent in a phase: that phase is not decided, others are."""
    unsent = trial.at(100, 130)[::50]
    trial.requests["outcome"][unsent] = 3
    trial.requests["sent"][unsent] = -1
    verdicts = trial.verdicts()
    assert verdicts["latency-mean-recovery"].guards == ("rate-missed",)
    assert verdicts["latency-mean-recovery"].outcome is Outcome.INCONCLUSIVE
    assert verdicts["latency-mean-fault"].outcome is Outcome.PASS


def test_refused_connections_are_the_services_failure(trial: Trial) -> None:
    """Requests that nobody listened to were not sent by the target's fault: they FAIL."""
    trial.fail(slice(None), kind="connect")
    trial.requests["sent"] = -1
    verdict = trial.verdicts()["success-whole"]
    assert verdict.outcome is Outcome.FAIL
    assert not verdict.guards


def test_a_late_generator_decides_nothing_in_that_phase(trial: Trial) -> None:
    """Send lag above the plan's bound at P99: slow answers may be the generator's own."""
    late = trial.at(100, 130)[::50]
    trial.requests["sent"][late] = trial.requests["intended"][late] + 6_000_000
    verdicts = trial.verdicts()
    assert verdicts["latency-p95-recovery"].guards == ("send-lag",)
    assert "P99 6.0 ms > 5 ms" in verdicts["latency-p95-recovery"].reason
    assert verdicts["latency-p95-fault"].outcome is Outcome.PASS


def test_a_fail_seen_by_a_broken_generator_is_not_believed(trial: Trial) -> None:
    """A void guard outranks what was measured: slow and late together are INCONCLUSIVE."""
    trial.slow(slice(None), 80)
    trial.requests["sent"] = trial.requests["intended"] + 60_000_000
    assert trial.verdicts()["latency-p95-whole"].outcome is Outcome.INCONCLUSIVE


def test_a_clock_that_jumped_decides_nothing(trial: Trial) -> None:
    """More than half a second between the clocks, either way: no instant is to be trusted."""
    trial.report(clock_jump_ns=-600_000_000)
    verdicts = trial.verdicts()
    assert inconclusive(verdicts) == set(verdicts) - {"undo"}
    assert "clock-jumped" in verdicts["replica-replaced"].guards


def test_a_planned_fault_that_is_not_recorded_lets_nothing_pass(trial: Trial) -> None:
    """No fault window: whatever depends on the fault is undecided, the undo as well."""
    trial.faults = ()
    verdicts = trial.verdicts()
    assert inconclusive(verdicts) == set(verdicts) - {"parity-baseline", "ejections-baseline"}
    assert "fault-missing" in verdicts["success-recovery"].guards


def test_a_fault_without_evidence_lets_nothing_pass(trial: Trial) -> None:
    """A fault that may not have landed tests nothing; the missing evidence is named."""
    missing = Evidence("successor", held=False, detail="uid b is still there")
    trial.fault(evidence=(missing,))
    verdicts = trial.verdicts()
    assert inconclusive(verdicts) == set(verdicts) - {
        "undo",
        "parity-baseline",
        "ejections-baseline",
    }
    assert "successor (uid b is still there)" in verdicts["success-whole"].reason


def test_evidence_that_nobody_gathered_is_none(trial: Trial) -> None:
    """A fault window with an empty list of evidence has not landed."""
    trial.fault(evidence=())
    assert "fault-unproven" in trial.verdicts()["success-whole"].guards


def test_a_promise_broken_without_the_fault_is_broken(trial: Trial) -> None:
    """A fault that did not land can only have made things better: what misses still FAILs."""
    trial.fault(evidence=())
    trial.fail(slice(None, None, 4), kind="status", status=503)
    verdict = trial.verdicts()["success-whole"]
    assert verdict.outcome is Outcome.FAIL
    assert verdict.guards == ("fault-unproven",)


def test_a_baseline_does_not_depend_on_the_fault(
    trial: Trial, baseline: Callable[[Trial], Verdict]
) -> None:
    """What is promised of the baseline is judged though no fault was recorded."""
    trial.faults = ()
    assert baseline(trial).outcome is Outcome.PASS


def test_a_fault_outside_its_phase_lets_nothing_pass(trial: Trial) -> None:
    """A fault that began in the baseline makes no fault window of the plan's."""
    trial.fault(started_ns=20 * trial.second)
    assert "fault-misplaced" in trial.verdicts()["success-recovery"].guards


def test_a_fault_left_behind_fails_and_spoils_the_recovery(trial: Trial) -> None:
    """What is still broken is a FAIL of its own, and what comes after it is no recovery."""
    trial.fault(undone=False, note="network policy deny-all")
    verdicts = trial.verdicts()
    assert verdicts["undo"].outcome is Outcome.FAIL
    assert "network policy deny-all" in verdicts["undo"].reason
    assert verdicts["success-recovery"].guards == ("fault-not-undone",)
    assert verdicts["success-fault"].outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("instrument", "objectives"),
    [
        ("replicas", {"replica-replaced"}),
        ("endpoints", {"ready-replicas", "replica-spread"}),
        ("autoscaler", {"replica-range", "scaling-active", *MOVES}),
        ("workload", {"replica-range", "ready-replicas", *MOVES}),
    ],
)
def test_a_silent_instrument_lets_only_its_own_objectives_not_pass(
    trial: Trial, instrument: str, objectives: set[str]
) -> None:
    """Twenty seconds without a sample: what is read from it is undecided, all else is judged."""
    samples = getattr(trial, instrument)
    gap = range(70 * trial.second, 90 * trial.second)
    setattr(trial, instrument, tuple(item for item in samples if item.at_ns not in gap))
    verdicts = trial.verdicts()
    assert inconclusive(verdicts) == objectives
    for name in objectives:
        assert verdicts[name].guards == ("instrument-silent",)
        assert f"no sample of {instrument} for 25 s from 65 s on" in verdicts[name].reason


@pytest.mark.parametrize("instrument", ["endpoints", "autoscaler", "workload"])
def test_an_instrument_that_stops_early_or_never_spoke_is_silent(
    trial: Trial, instrument: str
) -> None:
    """Samples that end with the fault window, or never came, do not cover the whole trial."""
    samples = getattr(trial, instrument)
    name = "replica-range" if instrument != "endpoints" else "replica-spread"
    setattr(trial, instrument, tuple(s for s in samples if s.at_ns < 100 * trial.second))
    assert trial.verdicts()[name].guards == ("instrument-silent",)
    setattr(trial, instrument, ())
    assert "at all" in trial.verdicts()[name].reason


def test_what_a_silent_instrument_did_see_still_fails(trial: Trial) -> None:
    """One sample outside the range breaks the promise, whatever was not seen."""
    trial.autoscaler = ()
    trial.workload = (*trial.workload[:10], replace(trial.workload[10], spec_replicas=1))
    verdict = trial.verdicts()["replica-range"]
    assert verdict.outcome is Outcome.FAIL
    assert "spec.replicas was 1" in verdict.reason


def test_no_requests_at_all_pass_nothing(trial: Trial) -> None:
    """An empty record with a report that agrees is no success."""
    trial.requests = trial.requests[:0]
    trial.plan = replace(trial.plan, planned=0)
    trial.report(planned=0, recorded=0)
    verdicts = trial.verdicts()
    assert set(BY_REQUESTS) <= inconclusive(verdicts)


def test_a_plan_without_a_fault_phase_decides_nothing_about_it(trial: Trial) -> None:
    """Promises about a phase that the plan does not have are undecided, and say so."""
    trial.plan = replace(trial.plan, experiment="", phases=trial.plan.phases[:2])
    trial.faults = ()
    trial.requests = trial.requests[trial.at(0, 40)]
    count = len(trial.requests)
    trial.plan = replace(trial.plan, planned=count)
    trial.report(planned=count, recorded=count)
    verdicts = trial.verdicts()
    assert verdicts["success-fault"].outcome is Outcome.INCONCLUSIVE
    assert verdicts["success-fault"].guards == ("no-such-phase",)
    assert "the plan has nothing in the fault window" in verdicts["success-fault"].reason
    assert verdicts["success-whole"].outcome is Outcome.PASS
