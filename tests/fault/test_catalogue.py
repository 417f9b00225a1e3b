"""The catalogue has a row for each experiment, and each row is true of its experiment."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from seatrial.cli import app
from seatrial.errors import UsageError
from seatrial.fault import actions
from seatrial.fault.activities import function_of
from seatrial.fault.catalogue import BY_ACTION, BY_KIND, CATALOGUE, UNDO_ALL, Fault, of_kind

ROOT = Path(__file__).parent.parent.parent
EXPERIMENTS = ROOT / "experiments"
each_fault = pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.kind)


def test_each_experiment_has_its_row() -> None:
    """What stands in the folder is what the catalogue lists, each kind and each action once."""
    assert {path.stem for path in EXPERIMENTS.glob("*.yaml")} == set(BY_KIND)
    assert len(BY_KIND) == len(BY_ACTION) == len(CATALOGUE)


@each_fault
def test_a_row_is_true_of_its_experiment(row: Fault) -> None:
    """The experiment calls the row's action, holds it if it is timed, undoes it if it can be."""
    raw = yaml.safe_load((EXPERIMENTS / row.file).read_text(encoding="utf-8"))
    method = [function_of(item).rpartition(".")[2] for item in raw["method"]]
    rollbacks = [function_of(item).rpartition(".")[2] for item in raw["rollbacks"]]
    assert row.action in actions.__all__
    assert method[0] == row.action
    assert ("hold" in method) is row.timed
    assert (UNDO_ALL in method) is (UNDO_ALL in rollbacks) is row.record


@each_fault
def test_a_kind_can_be_shown(row: Fault) -> None:
    """`seatrial fault show KIND` says what it does and how it is undone."""
    told = CliRunner().invoke(app, ["fault", "show", row.kind, "--experiments", str(EXPERIMENTS)])
    assert told.exit_code == 0
    assert row.title in told.stdout
    assert "undone" in told.stdout


def test_the_catalogue_is_listed() -> None:
    """`seatrial fault list` names every kind, a line each, in the nightly run's order."""
    told = CliRunner().invoke(app, ["fault", "list"])
    assert [line.split()[0] for line in told.stdout.splitlines()] == list(BY_KIND)
    assert '"kind": "kill-replica"' in CliRunner().invoke(app, ["fault", "list", "--json"]).stdout


def test_a_misspelt_kind_is_named() -> None:
    """A kind that is not in the catalogue is refused with those that are."""
    with pytest.raises(UsageError, match=r"kill-replicas(.|\n)*kill-replica"):
        of_kind("kill-replicas")
