"""What the proxies count by themselves, judged: retries, ejections and forbidden attempts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seatrial import slo
from seatrial.slo import Indicator, Outcome, PhaseName
from tests import proxies
from tests.healthy import SECOND
from tests.proxies import changed, counted

if TYPE_CHECKING:
    from seatrial.timeline import ProxySample
    from tests.slo.conftest import Trial

A, B = proxies.NAMES
KILL_S = 40.25


def judged(
    trial: Trial,
    indicator: Indicator = Indicator.EJECTIONS,
    phase: PhaseName = PhaseName.BASELINE,
    value: float = 0,
) -> slo.Verdict:
    """Judge one promise about the proxies."""
    promise = slo.Objective("proxy", "proxies", indicator, phase, slo.Op.LTE, value)
    return slo.judge(trial.timeline(), [promise])[0]


COUNTS = [
    (Indicator.EJECTIONS, "ejections"),
    (Indicator.PROXY_OVERFLOWS, "retry_overflow"),
    (Indicator.PROXY_OVERFLOWS, "pending_overflow"),
    (Indicator.PROXY_OVERFLOWS, "active_overflow"),
    (Indicator.PROXY_RETRIES, "retries"),
]


@pytest.mark.parametrize("indicator", sorted({indicator for indicator, _ in COUNTS}))
def test_proxies_that_count_nothing_pass(trial: Trial, indicator: Indicator) -> None:
    """No ejection, retry or overflow in any sample keeps a promise of none, in every phase."""
    for phase in (PhaseName.BASELINE, PhaseName.FAULT, PhaseName.RECOVERY, PhaseName.WHOLE):
        verdict = judged(trial, indicator, phase)
        assert verdict.outcome is Outcome.PASS, verdict.reason
        assert verdict.value == 0


@pytest.mark.parametrize(("indicator", "field"), COUNTS)
def test_what_a_proxy_counts_in_the_phase_fails(
    trial: Trial, indicator: Indicator, field: str
) -> None:
    """One more in the middle of the baseline breaks a promise of none, and says by whom."""
    trial.proxy = counted(trial.proxy, 20, B, **{field: 1})
    verdict = judged(trial, indicator)
    assert verdict.outcome is Outcome.FAIL
    assert f"1 of baseline-predictor by {B}" in verdict.reason
    assert judged(trial, indicator, value=1).outcome is Outcome.PASS
    assert judged(trial, indicator, PhaseName.FAULT).outcome is Outcome.PASS


def test_all_proxies_and_upstreams_count_together(trial: Trial) -> None:
    """Two ejections by one proxy and one by the other are three."""
    trial.proxy = counted(counted(trial.proxy, 20, A, ejections=2), 30, B, ejections=1)
    assert judged(trial, value=2).value == 3
    assert judged(trial, value=3).outcome is Outcome.PASS


def test_what_was_counted_before_the_phase_is_not_its_own(trial: Trial) -> None:
    """A proxy that brings 500 ejections along from before the trial has made none in it."""
    trial.proxy = counted(trial.proxy, -10, ejections=500)
    assert judged(trial).outcome is Outcome.PASS
    assert judged(trial, phase=PhaseName.WHOLE).outcome is Outcome.PASS


@pytest.mark.parametrize("seen_first_at", [10.3, 100.3])
def test_what_lies_between_the_samples_around_an_edge_is_undecided(
    trial: Trial, seen_first_at: float
) -> None:
    """A count seen first just after a phase began may be from before: neither FAIL nor PASS."""
    trial.proxy = counted(trial.proxy, seen_first_at, ejections=1)
    phase = PhaseName.BASELINE if seen_first_at < 40 else PhaseName.RECOVERY
    verdict = judged(trial, phase=phase)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.guards == ("between-samples",)
    assert "0 to 1 ejection" in verdict.reason


def test_what_is_seen_first_after_the_fault_is_the_fault_windows(trial: Trial) -> None:
    """The kill's own ejections, seen in the next sample, do not spoil the baseline."""
    trial.proxy = counted(trial.proxy, 41.3 - 1, ejections=1)
    assert judged(trial, phase=PhaseName.BASELINE).outcome is Outcome.PASS
    assert judged(trial, phase=PhaseName.OUTSIDE).outcome is Outcome.PASS
    assert judged(trial, phase=PhaseName.FAULT).outcome is Outcome.FAIL


def test_a_proxy_not_read_for_long_before_the_fault_is_lost(trial: Trial) -> None:
    """What it counted in the last 8 s of the baseline may be the baseline's."""
    trial.proxy = tuple(
        item for item in trial.proxy if item.name != A or not 32 < item.at_ns / SECOND < KILL_S
    )
    verdict = judged(trial)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "proxy-lost" in verdict.guards


def _from_zero(trial: Trial, from_s: float, **more: Any) -> None:  # noqa: ANN401 -- any field
    """Let proxy A's counters begin at 0 again at an instant."""
    zero = next(item for item in trial.proxy if item.name == A and item.at_ns >= from_s * SECOND)

    def anew(item: ProxySample) -> ProxySample:
        pairs = zip(item.upstreams, zero.upstreams, strict=True)
        rest = tuple(replace(now, requests=now.requests - old.requests) for now, old in pairs)
        return replace(item, upstreams=rest, **more)

    trial.proxy = changed(trial.proxy, A, anew, from_s=from_s)


def test_a_proxy_that_restarts_may_have_counted_more(trial: Trial) -> None:
    """Counters that fall keep a promise from PASS, and what they counted afterwards still FAILs."""
    _from_zero(trial, 20)
    verdict = judged(trial)
    assert (verdict.outcome, verdict.guards) == (Outcome.INCONCLUSIVE, ("proxy-lost",))
    assert "began to count anew" in verdict.reason
    trial.proxy = counted(trial.proxy, 25, ejections=2)
    assert judged(trial).outcome is Outcome.FAIL
    assert judged(trial).value == 2
    assert judged(trial, phase=PhaseName.RECOVERY).outcome is Outcome.PASS


def test_a_restart_that_only_the_api_shows_counts_too(trial: Trial) -> None:
    """A container restarted between two samples whose counters never fell is one all the same."""
    trial.proxy = changed(trial.proxy, A, lambda item: replace(item, restarts=1), from_s=20)
    assert judged(trial).guards == ("proxy-lost",)


def test_a_proxy_replaced_in_the_middle_is_summed_and_never_passes(trial: Trial) -> None:
    """What both have counted is added; what the first did after its last sample is lost."""
    _from_zero(trial, 20, uid="uid of its successor")
    gone = proxies.sample(20 * SECOND, A, answered=False, gone=True)
    trial.proxy = (*counted(trial.proxy, 25, ejections=1), gone)
    trial.proxy = tuple(
        replace(item, upstreams=(replace(item.upstreams[0], ejections=2), item.upstreams[1]))
        if item.uid == f"uid of {A}" and item.answered and item.at_ns > 15 * SECOND
        else item
        for item in trial.proxy
    )
    verdict = judged(trial, value=3)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert f"{A} ended after 19.3 s into the trial" in verdict.reason
    assert judged(trial, value=2).outcome is Outcome.FAIL
    assert judged(trial, phase=PhaseName.FAULT).outcome is Outcome.PASS


def test_a_proxy_that_never_answers_is_not_passed_over(trial: Trial) -> None:
    """One of two proxies whose admin port is silent leaves the promise undecided, and is named."""
    mute: dict[str, Any] = {"answered": False, "upstreams": ()}
    trial.proxy = changed(trial.proxy, B, lambda item: replace(item, **mute))
    verdict = judged(trial)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert f"{B} never told what it counts" in verdict.reason


def test_a_proxy_that_came_later_is_not_asked_for(trial: Trial) -> None:
    """One that was born in the recovery has nothing to say of the baseline, but of the recovery."""
    late = proxies.sample(
        110 * SECOND, "late", proxies.counts("baseline-predictor", 9, ejections=3)
    )
    trial.proxy = (*trial.proxy, late, replace(late, at_ns=131 * SECOND, asked_ns=131 * SECOND))
    assert judged(trial).outcome is Outcome.PASS
    assert judged(trial, phase=PhaseName.RECOVERY).outcome is Outcome.INCONCLUSIVE


def test_without_samples_nothing_is_decided(trial: Trial) -> None:
    """A trial without the instrument is INCONCLUSIVE, and says how to have it."""
    trial.proxy = ()
    for indicator in {item for item, _ in COUNTS}:
        verdict = judged(trial, indicator)
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert "target.proxy_admin_port" in verdict.reason
        assert "instrument-silent" in verdict.guards


def test_the_order_of_samples_says_nothing(trial: Trial) -> None:
    """Shuffled lines give the same verdicts."""
    trial.proxy = counted(counted(trial.proxy, 20, ejections=2), 50, B, ejections=3)
    expected = [judged(trial, phase=phase) for phase in PhaseName]
    order = np.random.default_rng(3).permutation(len(trial.proxy))
    trial.proxy = tuple(trial.proxy[index] for index in order)
    found = [judged(trial, phase=phase) for phase in PhaseName]
    assert [item.reason for item in found] == [item.reason for item in expected]
