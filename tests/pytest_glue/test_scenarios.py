"""Marks choose scenarios: which documents a test is given, which trial, and what may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pytest_glue import gate

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

DOCUMENT = (gate.SLOS / "timeouts.yaml").read_text(encoding="utf-8")
TEST = """
{marks}
@pytest.mark.promise("timeouts")
def test_{name}(verdict): pass
"""
PRODUCTION, AUTOSCALING = "@pytest.mark.production", "@pytest.mark.autoscaling"


def _collect(
    tmp_path: Path, tests: str, *options: str, documents: tuple[str, ...] = ("production",)
) -> subprocess.CompletedProcess[str]:
    """Collect a folder of tests, against one document of timeouts for each scenario named."""
    (tmp_path / "slos").mkdir(exist_ok=True)
    for scenario in documents:
        text = DOCUMENT.replace("name: timeouts", f"name: timeouts-in-{scenario}", 1)
        text = text.replace("labels:", f"labels:\n    scenario: {scenario}", 1)
        (tmp_path / "slos" / f"{scenario}.yaml").write_text(text, encoding="utf-8")
    where = gate.settings(tmp_path, tmp_path / "slos")
    folder = str(gate.case(tmp_path, tests).parent)
    return gate.run(*gate.AT_HOME, where, folder, "--collect-only", "-q", *options)


def test_a_test_is_given_the_promises_of_its_mark(tmp_path: Path) -> None:
    """Both scenarios promise timeouts; each test judges its own, and is named by the promise."""
    tests = TEST.format(marks=PRODUCTION, name="a") + TEST.format(marks=AUTOSCALING, name="b")
    done = _collect(tmp_path, tests, documents=("production", "autoscaling"))
    assert not done.stderr, done.stderr
    assert "test_a[timeouts-in-production]" in done.stdout
    assert "test_b[timeouts-in-autoscaling]" in done.stdout
    assert "2 tests collected" in done.stdout


@pytest.mark.parametrize("scenario", ["production", "autoscaling"])
def test_a_mark_chooses_one_scenarios_promises(tmp_path: Path, scenario: str) -> None:
    """Chosen by -m, one scenario asks nothing of the other's promises."""
    tests = TEST.format(marks=PRODUCTION, name="a") + TEST.format(marks=AUTOSCALING, name="b")
    done = _collect(tmp_path, tests, "-m", scenario, documents=("production", "autoscaling"))
    assert not done.stderr, done.stderr
    assert f"timeouts-in-{scenario}" in done.stdout
    assert "1/2 tests collected" in done.stdout


@pytest.mark.parametrize(("marks", "said"), [("", "no scenario"), (None, "one mark of")])
def test_a_test_of_no_one_scenario_is_refused(tmp_path: Path, marks: str | None, said: str) -> None:
    """Without a scenario's mark, or with two, which trial should it judge?"""
    both = f"{PRODUCTION}\n{AUTOSCALING}" if marks is None else marks
    done = _collect(tmp_path, TEST.format(marks=both, name="a"))
    assert done.returncode != 0
    assert said in done.stdout


def test_a_chosen_scenarios_promise_without_a_test_is_refused(tmp_path: Path) -> None:
    """A test of the other scenario does not judge it, though it asks for the same indicator."""
    tests = TEST.format(marks=PRODUCTION, name="a")
    tests += TEST.format(marks=AUTOSCALING, name="b").replace("timeouts", "success")
    tests += f"\n{AUTOSCALING}\ndef test_c(): pass\n"
    done = _collect(tmp_path, tests, documents=("production", "autoscaling"))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "judges timeouts-in-autoscaling" in done.stderr
    assert "promise(indicator) and autoscaling" in done.stderr


def test_a_profile_that_is_not_in_use_is_named(tmp_path: Path) -> None:
    """Stricter documents lie there, and the run says that it does not judge by them."""
    (tmp_path / "slos/strict").mkdir(parents=True)
    (tmp_path / "slos/strict/timeouts.yaml").write_text(DOCUMENT, encoding="utf-8")
    done = _collect(tmp_path, TEST.format(marks=PRODUCTION, name="a"), "-v")
    assert "profile none; profiles not in use: strict" in done.stdout


def test_a_scenario_without_promises_is_refused(tmp_path: Path) -> None:
    """A chosen scenario in which no document promises anything can't be passed."""
    tests = f"\n{AUTOSCALING}\ndef test_c(): pass\n"
    done = _collect(tmp_path, tests, "-m", "autoscaling")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "no document promises anything in the scenario autoscaling" in done.stderr
