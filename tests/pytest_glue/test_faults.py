"""Marks ask for faults: of the catalogue in its order, or one with its own parameters and load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seatrial.fault.catalogue import BY_KIND
from tests.pytest_glue import gate

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

OWN = """
{marks}
@pytest.mark.promise("undo")
def test_own(verdict): pass
"""
NIGHTLY = """
@pytest.mark.nightly
@pytest.mark.promise("undo")
def test_left(verdict): pass
@pytest.mark.nightly
@pytest.mark.promise("success")
def test_served(verdict): pass
"""


def _collect(tmp_path: Path, tests: str, *options: str) -> subprocess.CompletedProcess[str]:
    where = gate.settings(tmp_path)
    # One file is a choice among the tests: nothing has to be complete.
    file = str(gate.case(tmp_path, tests))
    return gate.run(*gate.AT_HOME, where, file, "--collect-only", "-q", *options)


def test_the_night_holds_each_fault_in_the_catalogues_order(tmp_path: Path) -> None:
    """All tests of one fault follow each other, so that it is over before the next."""
    done = _collect(tmp_path, NIGHTLY)
    assert not done.stderr, done.stderr
    lines = [line.split("[")[1] for line in done.stdout.splitlines() if "[" in line]
    order = [next(kind for kind in _longest(BY_KIND) if line.startswith(kind)) for line in lines]
    assert order == [kind for kind in BY_KIND for _ in range(2)]


def _longest(kinds: object) -> list[str]:
    return sorted(map(str, kinds), key=len, reverse=True)  # type: ignore[call-overload]  # any names


def test_three_lines_ask_for_a_fault(tmp_path: Path) -> None:
    """A kind, which replica, how long: the test judges a trial of its own, named by them."""
    marks = '@pytest.mark.fault("kill-replica", replica="mlserver-0")\n'
    marks += "@pytest.mark.load(rate=30, fault_s=40)"
    done = _collect(tmp_path, OWN.format(marks=marks))
    assert not done.stderr, done.stderr
    assert "test_own[kill-replica-" in done.stdout
    assert "1 test collected" in done.stdout


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ('@pytest.mark.fault("kill-replicas")', "no such kind in the catalogue"),
        ('@pytest.mark.fault("kill-replica", count=2)', "does not read SEATRIAL_FAULT_COUNT"),
        ('@pytest.mark.fault("kill-replica")\n@pytest.mark.load(speed=2)', "with speed"),
        ('@pytest.mark.fault("kill-replica")\n@pytest.mark.production', "production, nightly"),
        ("@pytest.mark.fault", "no such kind in the catalogue"),
    ],
)
def test_a_mark_that_can_not_be_meant_is_refused(tmp_path: Path, marks: str, said: str) -> None:
    """Misspelt kinds, parameters that nobody reads, two scenarios: refused at collection."""
    done = _collect(tmp_path, OWN.format(marks=marks))
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
