"""What several faults say of such faults: counted by faults, from three of them on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from seatrial.cli.faults import faults
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.slo.conftest import Trial

app = typer.Typer()
app.command()(faults)


def _said(directories: list[Path]) -> str:
    ran = CliRunner().invoke(app, [str(item) for item in directories])
    if ran.exception is not None:
        raise ran.exception
    return ran.stdout


def test_three_faults_support_a_claim_and_two_do_not(trial: Trial, tmp_path: Path) -> None:
    """Kept in three of three, a promise is kept in 36.8 % of such faults at the least."""
    directories = [tmp_path / name for name in "abc"]
    for directory in directories:
        trial.save(directory)
    assert "success-fault: kept in 3 of 3 faults; at least 36.840314 % of such" in _said(
        directories
    )
    assert "kept in 2 of 2 faults; a claim about such faults takes 3" in _said(directories[:2])


def test_a_broken_fault_counts_as_one_whatever_its_requests(trial: Trial, tmp_path: Path) -> None:
    """A fault that broke the promise lowers the claim; an undecided one is left out, and said."""
    directories = [tmp_path / name for name in "abcd"]
    for directory in directories[:2]:
        trial.save(directory)
    trial.fail(trial.at(45, 60))
    trial.save(directories[2])
    assert "success-fault: kept in 2 of 3 faults; at least 13.5" in _said(directories[:3])
    trial.load = None
    trial.save(directories[3])
    assert "success-fault: kept in 2 of 3 faults, 1 undecided" in _said(directories)


def test_faults_of_different_kinds_are_not_mixed(trial: Trial, tmp_path: Path) -> None:
    """A kill and a squeeze say nothing of each other."""
    trial.save(tmp_path / "a")
    trial.fault(kind="cpu-squeeze")
    trial.save(tmp_path / "b")
    with pytest.raises(UsageError, match="all of one kind"):
        _said([tmp_path / "a", tmp_path / "b"])
    with pytest.raises(UsageError, match="named twice"):
        _said([tmp_path / "a", tmp_path / "a"])
