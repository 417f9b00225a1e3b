"""The judge as a whole: rank of outcomes, reasons, JSON, crashes, and what must not matter."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seatrial import slo
from seatrial.slo import Indicator, Objective, Op, Outcome, PhaseName
from seatrial.slo import rules as rules_package
from seatrial.slo.rules import ratios

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.slo.conftest import Trial

SUCCESS = Objective("success", "success", Indicator.SUCCESS, PhaseName.WHOLE, Op.GTE, 0.9)
RANK = {Outcome.PASS: 2, Outcome.INCONCLUSIVE: 1, Outcome.FAIL: 0}


@pytest.mark.parametrize(
    ("outcomes", "worst", "code"),
    [
        ((), Outcome.INCONCLUSIVE, 10),
        ((Outcome.PASS, Outcome.PASS), Outcome.PASS, 0),
        ((Outcome.PASS, Outcome.INCONCLUSIVE), Outcome.INCONCLUSIVE, 10),
        ((Outcome.INCONCLUSIVE, Outcome.FAIL, Outcome.PASS), Outcome.FAIL, 1),
    ],
)
def test_the_worst_outcome_wins(outcomes: tuple[Outcome, ...], worst: Outcome, code: int) -> None:
    """FAIL outranks INCONCLUSIVE outranks PASS, and no outcome at all is INCONCLUSIVE."""
    found = Outcome.worst(outcomes)
    assert found is worst
    assert found.exit_code == code


def test_no_objectives_are_no_pass(trial: Trial) -> None:
    """A trial that is asked nothing answers nothing."""
    assert Outcome.worst(v.outcome for v in slo.judge(trial.timeline(), [])) is Outcome.INCONCLUSIVE


def test_two_objectives_of_one_name_are_refused(trial: Trial) -> None:
    """Verdicts are found by name: one name for two would hide one of them."""
    with pytest.raises(ValueError, match="success"):
        slo.judge(trial.timeline(), [SUCCESS, SUCCESS])


def test_the_undo_is_judged_unasked(trial: Trial) -> None:
    """A trial with a fault has a verdict on its undo, whatever the documents say."""
    trial.fault(undone=False)
    found = slo.judge(trial.timeline(), [SUCCESS])
    assert found[-1].objective == "undo"
    assert found[-1].outcome is Outcome.FAIL


def test_a_rule_that_crashes_is_inconclusive_and_spares_the_others(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect in one rule is told in its reason and leaves every other verdict alone."""

    def crash(_: object) -> None:
        raise ZeroDivisionError("by chance")

    monkeypatch.setitem(rules_package.RULES, Indicator.SUCCESS, crash)
    verdicts = trial.verdicts()
    assert verdicts["success-whole"].outcome is Outcome.INCONCLUSIVE
    assert verdicts["success-whole"].guards == ("judge-crashed",)
    assert "the judge crashed: ZeroDivisionError: by chance" in verdicts["success-whole"].reason
    assert verdicts["timeouts"].outcome is Outcome.PASS


def test_a_measurement_that_is_no_number_is_inconclusive(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NaN keeps no promise and breaks none."""

    def nan(case: object) -> object:
        return replace(ratios.good_ratio(case), value=float("nan"))  # type: ignore[arg-type]  # a Case

    monkeypatch.setitem(rules_package.RULES, Indicator.SUCCESS, nan)
    verdict = trial.verdicts()["success-whole"]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.guards == ("not-a-number",)


def test_every_indicator_has_a_rule() -> None:
    """No objective can be read that nobody knows how to judge."""
    assert set(rules_package.RULES) == set(Indicator)


def test_reasons_are_one_line_that_stands_by_itself(trial: Trial) -> None:
    """Each reason begins with its outcome and says what was promised and what was seen."""
    trial.fail(trial.at(41, 55))
    for verdict in trial.verdicts().values():
        assert "\n" not in verdict.reason
        assert verdict.reason.startswith(verdict.outcome.value)
        assert f"promised {verdict.promised}" in verdict.reason
        assert f"seen {verdict.seen}" in verdict.reason


def test_json_holds_every_verdict_and_no_nan(trial: Trial) -> None:
    """Verdicts survive strict JSON, and a figure that does not exist is null."""
    trial.requests = trial.requests[:0]
    timeline = trial.timeline()
    figures = [slo.figures(timeline, phase) for phase in PhaseName]
    text = json.dumps(slo.as_json(slo.judge(timeline, [SUCCESS]), figures), allow_nan=False)
    found = json.loads(text)
    assert found["schema"] == "seatrial.verdicts/2"
    assert found["outcome"] == "INCONCLUSIVE"
    assert [item["objective"] for item in found["verdicts"]] == ["success", "undo"]
    assert found["figures"][0]["p95_ms"] is None


def test_the_order_of_records_does_not_matter(trial: Trial) -> None:
    """Shuffled records of one trial give the same verdicts, word for word."""
    trial.fail(trial.at(41, 43))
    trial.fail(trial.at(110, 112)[::9])
    before = trial.verdicts()
    trial.requests = np.random.default_rng(2).permutation(trial.requests)
    for name in ("replicas", "endpoints", "autoscaler", "workload"):
        setattr(trial, name, tuple(reversed(getattr(trial, name))))
    assert trial.verdicts() == before


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(failed=st.sets(st.integers(0, 15_599), max_size=400), more=st.integers(0, 15_599))
def test_one_more_failure_improves_no_ratio_verdict(
    new_trial: Callable[[], Trial], failed: set[int], more: int
) -> None:
    """Whatever failed already, another failed request leaves no ratio or timeout verdict better."""
    trial = new_trial()
    trial.fail(sorted(failed), kind="deadline")
    before = trial.verdicts()
    trial.fail([more], kind="deadline")
    after = trial.verdicts()
    for name, verdict in before.items():
        if name.startswith(("success", "latency-p95", "timeouts", "throughput", "served-again")):
            assert RANK[after[name].outcome] <= RANK[verdict.outcome]


def test_a_trial_is_judged_by_its_own_scenarios_promises(trial: Trial) -> None:
    """What is promised in another scenario only is neither kept nor broken here."""
    elsewhere = replace(SUCCESS, name="elsewhere", scenarios=("autoscaling",))
    both = replace(SUCCESS, name="both", scenarios=("production", "autoscaling"))
    asked = (SUCCESS, elsewhere, both)
    assert [item.objective for item in slo.judge(trial.timeline(), asked)] == [
        "success",
        "both",
        "undo",
    ]
    trial.plan = replace(trial.plan, judged_as="autoscaling", experiment="")
    assert [item.objective for item in slo.judge(trial.timeline(), asked)] == ["elsewhere", "both"]
