"""Retries at the proxy: a promise that only they keep says so, and one can promise fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial import slo
from seatrial.report.table import as_text, verdict_table
from seatrial.slo import Indicator, Op, Outcome, PhaseName
from tests.proxies import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.slo.conftest import Trial


def judged(
    trial: Trial, indicator: Indicator, value: float, *, op: Op = Op.GTE, within: float = 50
) -> slo.Verdict:
    """Judge one promise about the baseline."""
    promise = slo.Objective(
        "promise",
        "promise",
        indicator,
        PhaseName.BASELINE,
        op,
        value,
        within_ms=within if indicator is Indicator.LATENCY else None,
    )
    return slo.judge(trial.timeline(), [promise])[0]


def retry(trial: Trial, share: float) -> NDArray[np.int64]:
    """Let a share of the baseline's requests need one retry, and return which."""
    which = trial.at(10, 40)[:: round(1 / share)]
    trial.requests["retries"][which] = 1
    return which


KEPT_BY_RETRIES = [
    (Indicator.SUCCESS, Op.GTE, 0.9),
    (Indicator.LATENCY, Op.GTE, 0.9),
    (Indicator.MEAN_LATENCY, Op.LT, 20),
]


@pytest.mark.parametrize(("indicator", "op", "value"), KEPT_BY_RETRIES)
def test_a_promise_kept_only_by_retries_says_so(
    trial: Trial, indicator: Indicator, op: Op, value: float
) -> None:
    """A fifth of the answers by a retry: a PASS, marked in value, reason, table and JSON."""
    assert not judged(trial, indicator, value, op=op).kept_by_retries
    retry(trial, 0.2)
    verdict = judged(trial, indicator, value, op=op)
    assert verdict.outcome is Outcome.PASS
    assert verdict.kept_by_retries
    assert "kept only by them" in verdict.reason
    table = as_text(verdict_table([verdict]), columns=120)
    assert "PASS*" in table
    assert f"* promise: {verdict.reason[:20]}" in table
    assert slo.as_json([verdict])["verdicts"][0]["kept_by_retries"] is True  # type: ignore[index]  # JSON


@pytest.mark.parametrize(("indicator", "op", "value"), KEPT_BY_RETRIES)
def test_a_promise_that_holds_without_them_is_not_marked(
    trial: Trial, indicator: Indicator, op: Op, value: float
) -> None:
    """One answer in a thousand by a retry decides nothing."""
    retry(trial, 0.001)
    verdict = judged(trial, indicator, value, op=op)
    assert verdict.outcome is Outcome.PASS
    assert not verdict.kept_by_retries
    assert "kept only" not in verdict.reason


def test_a_broken_promise_was_kept_by_nobody(trial: Trial) -> None:
    """Where retries were not enough nothing is said to be kept."""
    trial.fail(retry(trial, 0.2))
    retry(trial, 0.25)
    verdict = judged(trial, Indicator.SUCCESS, 0.9)
    assert verdict.outcome is Outcome.FAIL
    assert not verdict.kept_by_retries
    assert "kept only" not in verdict.reason


def test_first_attempts_are_what_success_would_be_without_retries(trial: Trial) -> None:
    """Every retried answer and every failure counts against it, the former called by its name."""
    retried = retry(trial, 0.2)
    trial.fail(trial.at(20, 20.2))
    mine = trial.at(10, 40)
    failed = np.count_nonzero(trial.requests["outcome"][mine])
    helped = np.count_nonzero(trial.requests["outcome"][retried] == 0)
    verdict = judged(trial, Indicator.FIRST_ATTEMPT, 0.9)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.value == (len(mine) - failed - helped) / len(mine)
    assert f"{helped} × retried, {failed} × reset" in verdict.reason  # noqa: RUF001 -- times
    assert "promised first attempts ≥ 0.9" in verdict.reason


def test_the_replica_that_helped_is_not_blamed(trial: Trial) -> None:
    """A retried answer names who answered in the end: the reason accuses nobody of it."""
    trial.requests["replica"][retry(trial, 0.2)] = 2
    assert "from replica" not in judged(trial, Indicator.FIRST_ATTEMPT, 0.9).reason


def test_enough_first_attempts_pass(trial: Trial) -> None:
    """No retry keeps it; one in a hundred is within the promise and not yet proven to be."""
    assert judged(trial, Indicator.FIRST_ATTEMPT, 0.98).outcome is Outcome.PASS
    retry(trial, 0.01)
    assert judged(trial, Indicator.FIRST_ATTEMPT, 0.985).outcome is Outcome.INCONCLUSIVE
    assert judged(trial, Indicator.FIRST_ATTEMPT, 0.95).outcome is Outcome.PASS


def test_answers_that_do_not_tell_their_attempts_decide_nothing(trial: Trial) -> None:
    """Without the proxy's word no answer is known to be a first attempt; a known retry still is."""
    trial.report(untold=1)
    verdict = judged(trial, Indicator.FIRST_ATTEMPT, 0.9)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.guards == ("not-measured",)
    assert "1 good answer of the trial did not say how often the proxy tried" in verdict.reason
    assert judged(trial, Indicator.SUCCESS, 0.9).outcome is Outcome.PASS
    retry(trial, 0.2)
    assert judged(trial, Indicator.FIRST_ATTEMPT, 0.9).outcome is Outcome.FAIL


def _tell(trial: Trial, clients: int, proxies: int) -> slo.Verdict:
    mine = trial.at(15, 35)
    trial.requests["retries"][mine[:clients]] = 1
    trial.proxy = counted(trial.proxy, 36, retries=proxies)
    return judged(trial, Indicator.PROXY_RETRIES, 2, op=Op.LTE)


def test_proxies_and_clients_that_agree_pass(trial: Trial) -> None:
    """36 retries by both counts in 3,600 answers are one for 100."""
    verdict = _tell(trial, 36, 36)
    assert verdict.outcome is Outcome.PASS
    assert verdict.value == pytest.approx(100 * 36 / len(trial.at(10, 40)))
    assert "clients were told of 36" in verdict.reason
    assert "reached no client" not in verdict.reason


def test_retries_that_no_client_is_told_of_count(trial: Trial) -> None:
    """The proxies' 120 are judged, not the clients' 36, and the difference is said."""
    verdict = _tell(trial, 36, 120)
    assert verdict.outcome is Outcome.FAIL
    assert "84 more than that were made for answers that reached no client" in verdict.reason


def test_fewer_than_clients_were_told_of_decide_nothing(trial: Trial) -> None:
    """Somebody else answered: the proxies that are watched can't promise anything."""
    verdict = _tell(trial, 36, 10)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "not all that answer are watched" in verdict.reason


def test_without_a_good_answer_no_share_is_kept(trial: Trial) -> None:
    """Retries without any good answer break every limit; without both nothing was measured."""
    trial.fail(trial.at(10, 41))
    silent = judged(trial, Indicator.PROXY_RETRIES, 2, op=Op.LTE)
    assert silent.outcome is Outcome.INCONCLUSIVE
    trial.proxy = counted(trial.proxy, 30, retries=5)
    assert judged(trial, Indicator.PROXY_RETRIES, 2, op=Op.LTE).outcome is Outcome.FAIL
