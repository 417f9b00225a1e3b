"""What ``seatrial slo explain`` says of an objective."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from seatrial import objectives, slo, timeline
from seatrial.cli import slo as command
from seatrial.config import Config, LoadShape
from seatrial.errors import UsageError
from seatrial.slo.bounds import ratio_lower
from seatrial.slo.explain import clean_requests, requests_at_a_third
from seatrial.slo.meaning import GOOD, SENTENCES
from seatrial.trial import BY_NAME
from seatrial.trial.plan import make_plan

SLOS = Path(__file__).parents[2] / "slos"
ALL = objectives.read(SLOS, "production")


def by_name(name: str) -> slo.Objective:
    """Return the objective of that name."""
    return next(item for item in ALL if item.name == name)


@pytest.mark.parametrize(("ratio", "n"), [(0.999, 2995), (0.99, 299), (0.9, 29), (0.95, 59)])
def test_the_n_that_decides_without_a_failure(ratio: float, n: int) -> None:
    """It is the least N at which the judge's own bound meets the promise."""
    assert clean_requests(ratio) == n
    none = np.empty(0, dtype=np.int64)
    assert ratio_lower(n, none, 0.95) >= ratio > ratio_lower(n - 1, none, 0.95)


def test_the_n_that_decides_at_a_third_of_the_budget() -> None:
    """With every 3,000th request failing the judge's bound meets 0.999 there, and not before."""
    n = requests_at_a_third(0.999, 120)
    assert n is not None
    assert n > clean_requests(0.999)
    failures = n // 3000
    assert ratio_lower(n, np.ones(failures, dtype=np.int64), 0.95) >= 0.999
    assert ratio_lower(n - 3000, np.ones(failures - 1, dtype=np.int64), 0.95) < 0.999


def test_failures_that_never_pause_are_decided_by_no_length() -> None:
    """At 0.9 and 120 requests/s a third of the budget fails four times a second: one episode."""
    assert requests_at_a_third(0.9, 120) is None


def plans(**load: float) -> list[timeline.Plan]:
    """Return what trials of both scenarios set out to do; ``load`` replaces defaults."""
    configured = Config(root=SLOS.parent, load=LoadShape.model_validate(load))
    return [
        make_plan(
            make(configured).settings(configured),
            make(configured),
            trial=name,
            epoch_wall="",
            epoch_monotonic_ns=0,
        )
        for name, make in BY_NAME.items()
    ]


@pytest.mark.parametrize("objective", ALL, ids=lambda item: item.name)
def test_every_objective_is_explained(objective: slo.Objective) -> None:
    """Phase and scenario, no empty sentence, no gap left open in one."""
    told = slo.explain(objective, plans())
    assert objective.phase.words in told.means.lower()
    sentences = (told.means, told.where, told.decides, told.fails, told.undecided)
    assert all(text.endswith(".") and not text[0].islower() for text in sentences)
    assert not re.search(r"[{}]|\bNone\b|nan|at most 0 ", " ".join(sentences))


def test_every_indicator_has_a_sentence_of_its_own() -> None:
    """None is explained by its title: an indicator that is added has to be put into words."""
    assert {*GOOD, *SENTENCES} == set(slo.Indicator)
    assert not {*GOOD} & {*SENTENCES}


@pytest.mark.parametrize(
    ("op", "value", "words"),
    [
        (slo.Op.LTE, 0, "make no step larger"),
        (slo.Op.LTE, 1, "make at most 1 step larger"),
        (slo.Op.LT, 1, "make no step larger"),
        (slo.Op.LT, 3, "make less than 3 steps larger"),
    ],
)
def test_a_count_reads_as_one(op: slo.Op, value: float, words: str) -> None:
    """No step, one step, steps: never '<= 0 steps'."""
    steps = next(item for item in ALL if item.name == "scaling-steps")
    told = slo.meaning(replace(steps, op=op, value=value))
    assert words.replace("make", "makes") in told


def test_an_objective_is_explained_for_people() -> None:
    """Counts in place of decimals, and how many requests and seconds it takes."""
    told = slo.explain(by_name("success-outside-fault"), plans())
    assert told.means == (
        "Outside the fault window, at least 999 of 1,000 planned requests get a prediction."
    )
    assert told.decides.startswith(
        "3,000 requests (25 s at 120 requests/s, production plans 65 s) if none fails"
    )
    assert "rate-missed" in told.guards


def test_seconds_are_those_of_the_objectives_own_scenario() -> None:
    """The autoscaling scenario's surge has its own length and rate; of several: their mean."""
    surge = by_name("autoscaling-success-surge")
    assert "5 s at 210 requests/s, autoscaling plans 120 s" in slo.explain(surge, plans()).decides
    whole = slo.explain(replace(surge, phase=slo.PhaseName.WHOLE), plans()).decides
    # 20 s at 60/s, 120 s at 210/s and 90 s at 60/s.
    assert "8 s at 138.3 requests/s on average, autoscaling plans 230 s" in whole
    rise = slo.explain(by_name("scale-up-lag"), plans()).decides
    assert "the phase must last 100 s (autoscaling plans 120 s)" in rise
    both = replace(surge, phase=slo.PhaseName.BASELINE, scenarios=slo.SCENARIOS)
    told = slo.explain(both, plans()).decides
    assert "production plans 30 s" in told
    assert "17 s at 60 requests/s, autoscaling plans 20 s" in told


def test_a_plan_that_is_too_short_is_told() -> None:
    """Who cuts a phase reads that it will not decide."""
    told = slo.explain(by_name("success-outside-fault"), plans(baseline_s=5, recovery_s=10))
    assert "25 s at 120 requests/s, production plans only 15 s" in told.decides


def test_guards_of_a_fault_are_no_part_of_a_scenario_without_one() -> None:
    """Nothing is broken in the autoscaling scenario; without its plan nobody knows that."""
    rise = by_name("scale-up-lag")
    assert not [name for name in slo.explain(rise, plans()).guards if name.startswith("fault")]
    assert "fault-missing" in slo.explain(rise).guards


def test_the_command_takes_its_seconds_from_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds follow seatrial.toml where it stands, and are left out where there is none."""
    monkeypatch.chdir(tmp_path)
    asked = ["explain", "autoscaling-success-calm", "--slos", str(SLOS)]
    assert " s at " not in CliRunner().invoke(command.app, asked).stdout
    (tmp_path / "seatrial.toml").write_text("[autoscaling]\ncalm_rate = 50.0\n", "utf-8")
    ran = CliRunner().invoke(command.app, asked)
    assert "20 s at 50 requests/s, autoscaling plans 90 s" in ran.stdout


def test_without_a_name_all_are_explained_briefly() -> None:
    """One line each."""
    ran = CliRunner().invoke(command.app, ["explain", "--slos", str(SLOS)])
    assert len(ran.stdout.splitlines()) == len(objectives.read(SLOS))


def test_an_unknown_name_is_answered_with_the_near_ones() -> None:
    """A misspelt objective is an error that names those nearly so called."""
    error = CliRunner().invoke(command.app, ["explain", "timeoutz", "--slos", str(SLOS)]).exception
    assert isinstance(error, UsageError)
    assert "timeouts" in error.expected


def test_profiles_not_in_use_are_named() -> None:
    """Who checks the defaults is told of the folder that was not read."""
    assert "not in use: production" in CliRunner().invoke(command.app, ["check", str(SLOS)]).stderr
    ran = CliRunner().invoke(command.app, ["check", str(SLOS), "--profile", "production"])
    assert "not in use" not in ran.stderr
    assert f"{len(ALL)} objectives" in ran.stdout
