"""Prediction parity: PASS, FAIL with who and when, and what leaves it open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seatrial import timeline
from seatrial.slo import Outcome
from seatrial.timeline import Difference

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

DIFFERS, NOT_COMPARED = (timeline.ERROR_KINDS.index(name) for name in ("differs", "not-compared"))


def _wrong(trial: Trial, which: Any, kind: int = DIFFERS) -> None:  # noqa: ANN401 -- any index
    trial.requests["error"][which] = kind


def test_right_answers_pass_in_each_phase(trial: Trial) -> None:
    """With every answer compared and none that differs, parity holds, with its bound."""
    verdicts = trial.verdicts()
    for phase in ("baseline", "fault", "recovery"):
        verdict = verdicts[f"parity-{phase}"]
        assert verdict.outcome is Outcome.PASS
        assert verdict.n > 3000
        assert "a share of wrong answers ≤" in (verdict.bound or "")


def test_one_wrong_answer_fails_its_phase_and_names_its_origin(trial: Trial) -> None:
    """One answer that differs is one too many: arm, replica, instant and example are said."""
    [index] = [item for item in trial.at(70, 71) if trial.requests["replica"][item] == 2][:1]
    _wrong(trial, index)
    example = Difference(int(trial.requests["intended"][index]), 3, "p[0]: expected 1, got 0")
    earlier = Difference(0, 9, "of another phase")
    trial.report(differences=(earlier, example))
    verdicts = trial.verdicts()
    verdict = verdicts["parity-fault"]
    assert verdict.outcome is Outcome.FAIL
    assert verdict.value == 1
    assert "differs 29." in verdict.reason
    arm = trial.plan.arms[trial.requests["arm"][index]]
    assert f"all from replica mlserver-2 (10.0.0.3), of {arm} (1);" in verdict.reason
    assert "e.g. input 3: p[0]: expected 1, got 0" in verdict.reason
    assert verdict.records[0].rows == (index,)
    assert verdicts["parity-baseline"].outcome is Outcome.PASS


def test_wrong_answers_are_good_ones_for_every_other_promise(trial: Trial) -> None:
    """A model that answers wrongly, fast and with 200 breaks parity and nothing else."""
    _wrong(trial, trial.requests["replica"] == 0)
    outcomes = {name: item.outcome for name, item in trial.verdicts().items()}
    assert {name for name, item in outcomes.items() if item is not Outcome.PASS} == {
        "parity-baseline",
        "parity-fault",
        "parity-recovery",
    }


def test_wrong_answers_of_several_replicas_are_counted_by_replica(trial: Trial) -> None:
    """Each replica that answered wrongly is named with its count, the most first."""
    at = trial.at(70, 71)
    _wrong(trial, at)
    counts = np.bincount(trial.requests["replica"][at])
    reason = trial.verdicts()["parity-fault"].reason
    assert f"mlserver-0 (10.0.0.1) ({counts[0]})" in reason
    assert f"mlserver-2 (10.0.0.3) ({counts[2]})" in reason


def test_a_slow_and_wrong_answer_is_not_called_slow_by_parity(trial: Trial) -> None:
    """What parity says of an answer is that it differs."""
    at = trial.at(70, 71)
    trial.slow(at, 400)
    _wrong(trial, at)
    assert "slow" not in trial.verdicts()["parity-fault"].reason


def test_without_a_golden_set_nothing_is_decided(trial: Trial) -> None:
    """Where nothing was compared parity is INCONCLUSIVE and says what to set."""
    trial.report(golden=0)
    verdict = trial.verdicts()["parity-fault"]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "request.golden" in verdict.reason


def test_too_few_answers_decide_nothing(trial: Trial) -> None:
    """Failed requests have no answers: with 400 left in the phase its parity stays open."""
    trial.fail(trial.at(100, 130)[400:])
    verdict = trial.verdicts()["parity-recovery"]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "500 compared answers are the least" in verdict.reason


@pytest.mark.parametrize(("differing", "outcome"), [(0, Outcome.INCONCLUSIVE), (1, Outcome.FAIL)])
def test_one_answer_left_out_keeps_parity_open(
    trial: Trial, differing: int, outcome: Outcome
) -> None:
    """An answer nobody could compare may be a wrong one; one known to be wrong decides, though."""
    first, *rest = trial.at(50, 60)
    _wrong(trial, first, NOT_COMPARED)
    _wrong(trial, np.array(rest[:differing], dtype=np.int64))
    verdict = trial.verdicts()["parity-fault"]
    assert verdict.outcome is outcome
    assert (differing > 0) != ("1 answer could not be compared" in verdict.reason)


def test_an_arm_that_never_answered_keeps_parity_open(trial: Trial) -> None:
    """With one arm's answers all compared and none of the other, nothing is known of that one."""
    trial.fail(trial.requests["arm"] == 1)
    verdict = trial.verdicts()["parity-fault"]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "no answer of enhanced-predictor was compared" in verdict.reason
