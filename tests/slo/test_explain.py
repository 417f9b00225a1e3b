"""What ``seatrial slo explain`` says of an objective."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from seatrial import objectives, slo
from seatrial.cli import slo as command
from seatrial.errors import UsageError
from seatrial.slo.bounds import ratio_lower
from seatrial.slo.explain import clean_requests, requests_at_a_third

SLOS = Path(__file__).parents[2] / "slos"
ALL = objectives.read(SLOS, "production")


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


@pytest.mark.parametrize("objective", ALL, ids=lambda item: item.name)
def test_every_objective_is_explained(objective: slo.Objective) -> None:
    """Phase, promise, guards: no sentence is empty, and each guard stands in slos/README.md."""
    told = slo.explain(objective, 120)
    assert objective.phase.words in told.means.lower()
    assert all((told.where, told.decides, told.fails, told.undecided))
    guards = re.findall(
        r"^\| `([a-z-]+)` \|", (SLOS / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert set(told.guards) <= set(guards)


def test_an_objective_is_explained_for_people() -> None:
    """Counts in place of decimals, and how many requests and seconds it takes."""
    ran = CliRunner().invoke(command.app, ["explain", "success-outside-fault", "--slos", str(SLOS)])
    assert ran.exit_code == 0, ran.output
    assert (
        "Outside the fault window, at least 999 of 1,000 of all planned requests get a prediction."
        in ran.stdout
    )
    assert "3,000 requests (25 s at 120 requests/s) if none fails" in ran.stdout
    assert "rate-missed" in ran.stdout


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
