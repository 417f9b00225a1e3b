"""What a run's exit code says, shown by real pytest runs of tests that judge nothing real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pytest_glue import gate

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
from fixtures.outcomes import InconclusiveError
pytestmark = pytest.mark.production
"""
KEPT = "def test_kept(): pass\n"
FAIL = "def test_broken(): assert False\n"
INCONCLUSIVE = "def test_undecided(): raise InconclusiveError('too few')\n"
CRASH = "def test_crashed(): raise OSError(28, 'no space')\n"
SKIP = "def test_left_out(): pytest.skip('no reason')\n"


def _run(tmp_path: Path, tests: str, *options: str) -> int:
    file, where = gate.case(tmp_path, HEAD + tests), gate.settings(tmp_path)
    chosen = (str(file), "-m", "production", f"--run-dir={tmp_path / 'run'}")
    done = gate.run(*gate.AT_HOME, where, *chosen, *options)
    print(done.stdout, done.stderr)  # noqa: T201 -- shown when the test fails
    return done.returncode


@pytest.mark.parametrize(
    ("tests", "code"),
    [
        (KEPT, 0),
        (KEPT + FAIL + INCONCLUSIVE, 1),
        (KEPT + INCONCLUSIVE, 10),
        (KEPT + CRASH, 10),
        (KEPT + SKIP, 1),
        ("", 1),
    ],
    ids=["all kept", "one broken", "one undecided", "one crashed", "one skipped", "no tests"],
)
def test_the_worst_outcome_is_the_exit_code(tmp_path: Path, tests: str, code: int) -> None:
    """FAIL outranks INCONCLUSIVE outranks PASS; a skip or no test at all is a FAIL."""
    assert _run(tmp_path, tests) == code


@pytest.mark.parametrize(
    ("tests", "code"),
    [(KEPT + INCONCLUSIVE, 10), (KEPT + INCONCLUSIVE + FAIL, 1)],
    ids=["one undecided", "one broken"],
)
def test_workers_outcomes_reach_the_exit_code(tmp_path: Path, tests: str, code: int) -> None:
    """With two workers the exit code is still that of the worst outcome of all."""
    assert _run(tmp_path, tests, "-n", "2") == code


@pytest.mark.parametrize(("tests", "code"), [(FAIL, 1), (INCONCLUSIVE, 10)], ids=["F", "I"])
def test_ending_at_the_first_trouble_is_no_interrupt(tmp_path: Path, tests: str, code: int) -> None:
    """With -x and workers pytest itself says 2: of wrong usage, and not of what was found."""
    assert _run(tmp_path, KEPT + tests, "-n", "1", "-x") == code


def test_a_worker_that_dies_decides_nothing(tmp_path: Path) -> None:
    """The test that it was running is INCONCLUSIVE; the others' outcomes stand beside it."""
    killed = "def test_killed(): import os; os.kill(os.getpid(), 9)\n"
    assert _run(tmp_path, KEPT + killed, "-n", "1", "--max-worker-restart=0") == 10


def test_a_run_directory_is_never_used_twice(tmp_path: Path) -> None:
    """A directory that holds a run is refused: its old trial would be judged as the new one."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "left").touch()
    assert _run(tmp_path, KEPT) == pytest.ExitCode.USAGE_ERROR


def test_a_promise_whose_test_is_left_out_is_refused(tmp_path: Path) -> None:
    """Deselecting a promise's test is no way to a PASS of the whole."""
    left_out = ("--deselect", "slo_tests/test_timeouts.py")
    command = ("slo_tests", "-m", "production", "--collect-only", *left_out)
    done = gate.run(*command, gate.settings(tmp_path))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "judges timeouts" in done.stderr
