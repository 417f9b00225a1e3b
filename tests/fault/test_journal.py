"""Chaos Toolkit's journal: what its words really mean."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial import fault, timeline
from seatrial.fault import FaultError, evidence, journal
from seatrial.fault.window import window

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.timeline import Evidence
    from tests.fault.conftest import Program, Write

NO_REQUESTS = np.zeros(0, timeline.REQUEST)
NOTHING = {
    "type": "action",
    "name": "kill",
    "provider": {
        "type": "python",
        "module": "seatrial.fault.actions",
        "func": "kill_replica",
        "arguments": {"namespace": "n", "workload": "w"},
    },
}


def _held(items: tuple[Evidence, ...]) -> dict[str, bool]:
    return {item.name: item.held for item in items}


def test_a_missing_journal_is_an_error(tmp_path: Path) -> None:
    """Without a journal there is an error that names the log to read."""
    with pytest.raises(FaultError, match=r"fault\.log"):
        journal.read(tmp_path / "journal.json")


@pytest.mark.parametrize("text", ["", '{"experiment": {"title": "x"}, "st', "[]", "{}"])
def test_half_a_journal_is_an_error(tmp_path: Path, text: str) -> None:
    """A journal that was cut off, or is none, is an error and never an empty one."""
    (tmp_path / "journal.json").write_text(text)
    with pytest.raises(FaultError, match=r"journal\.json"):
        journal.read(tmp_path / "journal.json")


def test_an_action_that_raises_is_found_out(experiment: Write, tmp_path: Path) -> None:
    """An action that raises leaves "completed" and exit code 0; the evidence does not hold."""
    told = fault.start(experiment(method=[NOTHING]), env={}, directory=tmp_path).wait(60)
    assert (told.status, told.deviated) == ("completed", False)
    assert "SEATRIAL_KUBECONFIG" in told.method[0].problem
    held = _held(evidence.of_experiment(told))
    assert held == {
        "experiment completed": True,
        "steady state before the fault": True,
        "method succeeded": False,
    }


def test_a_gate_that_is_shut_is_found_out(
    experiment: Write, program: Program, tmp_path: Path
) -> None:
    """A hypothesis out of tolerance skips the method, "completed" again; nothing holds of it."""
    probe = program("steady", "false", type="probe", tolerance=[0])
    file = experiment(steady_state_hypothesis={"title": "s", "probes": [probe]})
    told = fault.start(file, env={}, directory=tmp_path).wait(60)
    assert told.method == ()
    held = _held(evidence.of_experiment(told))
    assert held["steady state before the fault"] is False
    assert held["method succeeded"] is False
    assert "steady" in evidence.of_experiment(told)[1].detail


def test_an_experiment_that_kills_nothing_proves_nothing(experiment: Write, tmp_path: Path) -> None:
    """A run in which all went well but no replica was killed is no evidence of a killed one."""
    fault.start(experiment(), env={}, directory=tmp_path).wait(60)
    found = window(tmp_path, NO_REQUESTS, 0)
    assert not found.landed
    assert _held(found.evidence)["fault injected"] is False


def test_a_failed_rollback_is_not_undone(experiment: Write, tmp_path: Path) -> None:
    """A rollback that fails leaves the fault not undone, with the reason."""
    missing = {**NOTHING, "name": "undo"}
    fault.start(experiment(rollbacks=[missing]), env={}, directory=tmp_path).wait(60)
    found = window(tmp_path, NO_REQUESTS, 0)
    assert not found.undone
    assert "undo" in found.note


def test_a_missed_steady_state_afterwards_is_not_undone(
    experiment: Write, program: Program, tmp_path: Path
) -> None:
    """A workload that does not come back to its steady state is told, and is not undone."""
    gone = tmp_path / "gone"
    probe = program("steady", "test", f"! -e {gone}", type="probe", tolerance=[0])
    file = experiment(
        steady_state_hypothesis={"title": "s", "probes": [probe]},
        method=[program("act", "touch", str(gone))],
    )
    told = fault.start(file, env={}, directory=tmp_path).wait(60)
    assert told.deviated
    found = window(tmp_path, NO_REQUESTS, 0)
    assert not found.undone
    assert "steady" in found.note


def test_a_run_that_was_killed_proves_nothing(experiment: Write, tmp_path: Path) -> None:
    """With instants but no journal, the window starts before the action and nothing is proven."""
    process = fault.start(experiment(), env={}, directory=tmp_path)
    process.wait(60)
    (tmp_path / journal.JOURNAL).unlink()
    found = window(tmp_path, NO_REQUESTS, 0)
    before = [
        json.loads(line) for line in (tmp_path / "fault-instants.jsonl").read_text().splitlines()
    ]
    action = next(item for item in before if item["activity"] == "act")
    assert found.started_ns == action["monotonic_ns"]
    assert (found.landed, found.undone) == (False, False)


def test_a_directory_without_an_experiment_is_an_error(tmp_path: Path) -> None:
    """Asking for the fault of a trial that had none is an error, not a window."""
    with pytest.raises(FaultError, match=r"fault-instants\.jsonl"):
        window(tmp_path, NO_REQUESTS, 0)


@pytest.mark.parametrize("put_back", [False, True])
def test_a_killed_experiment_is_undone_only_by_who_looked(
    experiment: Write,
    program: Program,
    tmp_path: Path,
    put_back: bool,  # noqa: FBT001 -- a table of cases
) -> None:
    """Without a journal nothing landed; it is undone if the trial has put back what was left."""
    act = program("act", "sleep", "60")
    process = fault.start(experiment(method=[act]), env={}, directory=tmp_path)
    os.killpg(process.pid, signal.SIGKILL)
    with pytest.raises(FaultError):
        process.wait(30)
    if put_back:
        (tmp_path / fault.PUT_BACK).write_text("[]")
    found = window(tmp_path, NO_REQUESTS, 0)
    assert (found.landed, found.undone) == (False, put_back)
    assert "was killed" in found.note
