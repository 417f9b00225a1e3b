"""Replicas: range, Ready floor, even spread, A/B split, service after the kill, replacement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial.slo import Outcome

if TYPE_CHECKING:
    from tests.slo.conftest import Trial


@pytest.mark.parametrize(("desired", "outcome"), [(10, Outcome.PASS), (11, Outcome.FAIL)])
def test_the_autoscalers_desired_count_stays_in_range(
    trial: Trial, desired: int, outcome: Outcome
) -> None:
    """Ten replicas are the maximum: eleven desired at one instant is one too many."""
    trial.autoscaler = (
        *trial.autoscaler[:12],
        replace(trial.autoscaler[12], desired=desired),
        *trial.autoscaler[13:],
    )
    assert trial.verdicts()["replica-range"].outcome is outcome


def test_what_was_in_force_when_the_phase_began_counts(trial: Trial) -> None:
    """A count that was set before the baseline and never changed holds in it."""
    early = replace(trial.workload[1], at_ns=9_900_000_000, spec_replicas=2)
    trial.workload = (*trial.workload[:2], early, *trial.workload[3:])
    assert trial.verdicts()["replica-range"].outcome is Outcome.FAIL


def test_settling_is_not_judged(trial: Trial) -> None:
    """One replica while the trial settles breaks nothing."""
    trial.workload = (replace(trial.workload[0], spec_replicas=1), *trial.workload[1:])
    assert trial.verdicts()["replica-range"].outcome is Outcome.PASS


@pytest.mark.parametrize("instrument", ["workload", "endpoints"])
def test_one_ready_replica_in_the_fault_window_fails(trial: Trial, instrument: str) -> None:
    """Ready fell to one, by the workload's status or by its endpoints: either is a FAIL."""
    samples = list(getattr(trial, instrument))
    index = next(i for i, item in enumerate(samples) if item.at_ns > 45 * trial.second)
    low = {"ready_replicas": 1} if instrument == "workload" else {"ready": ("10.0.0.1",)}
    samples[index] = replace(samples[index], **low)
    setattr(trial, instrument, tuple(samples))
    verdict = trial.verdicts()["ready-replicas"]
    assert verdict.outcome is Outcome.FAIL
    assert verdict.value == 1


def test_a_starved_replica_fails_the_spread(trial: Trial) -> None:
    """A Ready replica that gets half its share is off by some 40 %."""
    mine = np.flatnonzero(trial.requests["replica"] == 2)
    trial.requests["replica"][mine[::2]] = 0
    verdict = trial.verdicts()["replica-spread"]
    assert verdict.outcome is Outcome.FAIL
    assert "mlserver" in verdict.reason


def test_a_replica_that_gets_nothing_fails_the_spread(trial: Trial) -> None:
    """A Ready endpoint that never answered is off by 100 %."""
    trial.requests["replica"][trial.requests["replica"] == 2] = 0
    verdict = trial.verdicts()["replica-spread"]
    assert verdict.outcome is Outcome.FAIL
    assert verdict.value == pytest.approx(100)


def test_a_spread_near_its_tolerance_is_undecided(trial: Trial) -> None:
    """22 % less than a fair share is within 25 %, but the interval is not."""
    mine = np.flatnonzero(trial.requests["replica"] == 3)
    trial.requests["replica"][mine[::100]] = 0
    for offset in range(1, 24):
        trial.requests["replica"][mine[offset::100]] = 0 if offset % 2 else 2
    verdict = trial.verdicts()["replica-spread"]
    assert verdict.outcome is Outcome.INCONCLUSIVE, verdict.reason


def test_shares_are_not_compared_while_membership_changes(trial: Trial) -> None:
    """What happens within 10 s of a newcomer, or after the kill, is nobody's unfair share."""
    trial.requests["replica"][trial.at(40.3, 50)] = 0
    trial.requests["replica"][trial.at(62, 71.9)] = 0
    assert trial.verdicts()["replica-spread"].outcome is Outcome.PASS


def test_a_spread_without_a_steady_stretch_is_undecided(trial: Trial) -> None:
    """Endpoints that change every five seconds leave nothing to compare."""
    trial.endpoints = tuple(
        replace(item, ready=item.ready[: 1 + index % 2])
        for index, item in enumerate(trial.endpoints)
    )
    verdict = trial.verdicts()["replica-spread"]
    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_answers_of_nobody_known_keep_the_spread_from_passing(trial: Trial) -> None:
    """A fifth of the answers without a replica may all be one replica's."""
    trial.requests["replica"][::5] = 255
    assert trial.verdicts()["replica-spread"].outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("moved", "outcome"),
    [(0.0, Outcome.PASS), (0.04, Outcome.INCONCLUSIVE), (0.08, Outcome.FAIL)],
)
def test_the_split_is_an_equivalence(trial: Trial, moved: float, outcome: Outcome) -> None:
    """Well within 3 points passes, near them is undecided, beyond them fails."""
    first = np.flatnonzero(trial.requests["arm"] == 0)
    trial.requests["arm"][first[: round(moved * first.size)]] = 1
    spread = np.random.default_rng(1).permutation(trial.requests["arm"])
    trial.requests["arm"] = spread
    assert trial.verdicts()["arm-split"].outcome is outcome


def test_a_split_that_no_answer_names_is_undecided(trial: Trial) -> None:
    """Without the arm in the answers nobody knows the split."""
    trial.requests["arm"] = 255
    assert trial.verdicts()["arm-split"].outcome is Outcome.INCONCLUSIVE


def test_clients_served_again_in_time_pass_with_their_seconds(trial: Trial) -> None:
    """Eight seconds of errors after the kill: served again after eight seconds."""
    trial.fail(trial.at(40.25, 48.25))
    verdict = trial.verdicts()["served-again"]
    assert verdict.outcome is Outcome.PASS
    assert verdict.value == pytest.approx(8, abs=0.1)


def test_clients_served_again_too_late_fail(trial: Trial) -> None:
    """Thirty-one seconds of slow answers are one too many."""
    trial.slow(trial.at(40.25, 71.5), 60)
    verdict = trial.verdicts()["served-again"]
    assert verdict.outcome is Outcome.FAIL
    assert verdict.value == pytest.approx(30.9, abs=0.2)


def test_an_outage_that_begins_later_is_no_recovery_at_once(trial: Trial) -> None:
    """Good for six seconds after the kill, then out for forty: that is not served in 30 s."""
    trial.fail(trial.at(46, 86))
    verdict = trial.verdicts()["served-again"]
    assert verdict.outcome is Outcome.FAIL
    assert verdict.value == pytest.approx(45.7, abs=0.2)


def test_clients_never_served_again_fail(trial: Trial) -> None:
    """An outage to the end of the fault window has no figure, and is a FAIL."""
    trial.fail(trial.at(45, 100))
    verdict = trial.verdicts()["served-again"]
    assert verdict.outcome is Outcome.FAIL
    assert verdict.value is None


def test_a_fault_window_too_short_to_see_service_again_is_undecided(trial: Trial) -> None:
    """A kill 25 s before the window's end can't show what holds after 30 s."""
    trial.fault(started_ns=75 * trial.second)
    assert trial.verdicts()["served-again"].outcome is Outcome.INCONCLUSIVE


def test_the_successor_is_known_by_its_uid(trial: Trial) -> None:
    """Other replicas are Ready all the time: the seconds are those of the one that came after."""
    verdict = trial.verdicts()["replica-replaced"]
    assert verdict.outcome is Outcome.PASS
    assert verdict.value == pytest.approx(21.75)


def test_a_successor_ready_too_late_fails(trial: Trial) -> None:
    """Ready 95 s after the kill is later than promised, when it was watched not to be before."""
    ready_at = trial.kill_ns + 95 * trial.second
    trial.replicas = tuple(
        replace(item, ready=item.ready and (item.uid != "d" or item.at_ns >= ready_at))
        for item in trial.replicas
    )
    late = replace(trial.replicas[-1], at_ns=ready_at, uid="d", ready=True)
    trial.replicas = (*trial.replicas, late)
    verdict = trial.verdicts()["replica-replaced"]
    assert verdict.outcome is Outcome.FAIL
    assert verdict.value == pytest.approx(95)


def test_a_successor_never_seen_ready_fails_once_the_time_is_over(trial: Trial) -> None:
    """Watched for 94 s and never Ready is a FAIL; watched for 60 s it is undecided."""
    never = tuple(replace(item, ready=item.ready and item.uid != "d") for item in trial.replicas)
    trial.replicas = never
    assert trial.verdicts()["replica-replaced"].outcome is Outcome.FAIL
    trial.replicas = tuple(item for item in never if item.at_ns < 101 * trial.second)
    assert trial.verdicts()["replica-replaced"].outcome is Outcome.INCONCLUSIVE


def test_the_old_replica_is_not_its_own_successor(trial: Trial) -> None:
    """A Ready sample of the killed uid does not count, nor does another replica's."""
    trial.fault(targets=(replace(trial.faults[0].targets[0], uid_after=""),))
    trial.replicas = tuple(item for item in trial.replicas if item.uid != "d")
    verdict = trial.verdicts()["replica-replaced"]
    assert verdict.outcome is Outcome.FAIL


def test_a_fault_without_a_known_target_decides_no_replacement(trial: Trial) -> None:
    """Who was not hit can't be replaced."""
    trial.fault(targets=())
    assert trial.verdicts()["replica-replaced"].outcome is Outcome.INCONCLUSIVE
