"""The chaos process: its journal, its end, and that it never outlives whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from seatrial import fault
from seatrial.errors import DeadlineError
from seatrial.fault import ExperimentError, FaultError, instants, journal, tied

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fault.conftest import Program, Write

LONG_S = 60
PARENT = """
import sys, time
from pathlib import Path
from seatrial import fault
process = fault.start(Path(sys.argv[1]), env={}, directory=Path(sys.argv[2]))
print(process.pid, flush=True)
process.wait(60)
"""

HANGING = """
import os, subprocess, sys
tied = "from sys import argv; from seatrial.fault import tied as t; "
tied += "t.ORPHAN_GRACE_S = 1.0; t.main(argv[1:])"
deaf = "trap '' USR1; touch {folder}/deaf; while :; do sleep 0.1; done"
command = [sys.executable, "-c", tied, str(os.getpid()), "/bin/sh", "-c", deaf]
process = subprocess.Popen(command, start_new_session=True)
print(process.pid, flush=True)
process.wait()
"""


def _until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    """Look until it holds; a test that waits in vain says so."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


def _begun(directory: Path, activity: str) -> bool:
    passed = instants.read(directory / instants.INSTANTS)
    return any(item.event == instants.BEFORE and item.activity == activity for item in passed)


def test_a_run_leaves_journal_and_instants(experiment: Write, tmp_path: Path) -> None:
    """A run that ends in order leaves a journal, and each activity's instants in their order."""
    told = fault.start(experiment(), env={}, directory=tmp_path).wait(LONG_S)
    assert (told.status, told.deviated) == ("completed", False)
    assert [item.status for item in (*told.method, *told.rollbacks)] == ["succeeded", "succeeded"]
    passed = instants.read(tmp_path / instants.INSTANTS)
    assert [(item.event, item.activity) for item in passed] == [
        ("launched", "test.yaml"),
        *(
            (event, name)
            for name in ("steady", "act", "steady", "undo")
            for event in ("before", "after")
        ),
    ]
    times = [item.monotonic_ns for item in passed]
    assert times == sorted(times)


def test_the_environment_reaches_the_experiment(
    experiment: Write, program: Program, tmp_path: Path
) -> None:
    """What is given as environment is the experiment's configuration."""
    place = {"type": "env", "key": "SEATRIAL_TEST_PLACE"}
    file = experiment(
        configuration={"place": place}, method=[program("act", "touch", "${place}/reached")]
    )
    fault.start(file, env={"SEATRIAL_TEST_PLACE": str(tmp_path)}, directory=tmp_path).wait(LONG_S)
    assert (tmp_path / "reached").exists()


def test_a_refused_experiment_starts_nothing(experiment: Write, tmp_path: Path) -> None:
    """An experiment that may not run leaves no file of a run."""
    with pytest.raises(ExperimentError):
        fault.start(experiment(dry=True), env={}, directory=tmp_path)
    assert not (tmp_path / instants.INSTANTS).exists()


def test_a_used_directory_is_refused(experiment: Write, tmp_path: Path) -> None:
    """Where another run left a journal, it could be taken for this one's: that is refused."""
    (tmp_path / journal.JOURNAL).write_text("{}")
    with pytest.raises(FaultError, match=r"journal\.json of another run"):
        fault.start(experiment(), env={}, directory=tmp_path)


def test_a_run_without_journal_is_an_error_with_its_log(
    experiment: Write, program: Program, tmp_path: Path
) -> None:
    """When the process ends without a journal, the error shows the end of its log."""
    nowhere = program("act", "true")
    nowhere["provider"]["module"] = "nowhere"
    file = experiment(method=[nowhere])
    with pytest.raises(FaultError, match=r"no journal(.|\n)*'nowhere'"):
        fault.start(file, env={}, directory=tmp_path).wait(LONG_S)


def test_a_stopped_run_is_rolled_back(experiment: Write, program: Program, tmp_path: Path) -> None:
    """Stopping in the middle of the method ends the process at once, its rollbacks done."""
    file = experiment(method=[program("act", "sleep", str(LONG_S))])
    process = fault.start(file, env={}, directory=tmp_path)
    _until(lambda: _begun(tmp_path, "act"))
    process.stop(grace_s=20)
    assert not process.running
    assert (tmp_path / "undone").exists()
    assert journal.read(tmp_path / journal.JOURNAL).status == "interrupted"
    process.stop()


def test_a_wait_that_is_too_short_stops_the_run(
    experiment: Write, program: Program, tmp_path: Path
) -> None:
    """When the deadline passes, the run is stopped and rolled back, and the error says so."""
    file = experiment(method=[program("act", "sleep", str(LONG_S))])
    process = fault.start(file, env={}, directory=tmp_path)
    _until(lambda: _begun(tmp_path, "act"))
    with pytest.raises(DeadlineError, match="stopped"):
        process.wait(0.1)
    assert not process.running
    assert (tmp_path / "undone").exists()


def test_rollbacks_that_hang_are_ended(experiment: Write, program: Program, tmp_path: Path) -> None:
    """A rollback that never ends is killed with its children; the error says what may remain."""
    file = experiment(
        method=[program("act", "sleep", str(LONG_S))],
        rollbacks=[program("undo", "sleep", "61")],
    )
    process = fault.start(file, env={}, directory=tmp_path)
    _until(lambda: _begun(tmp_path, "act"))
    with pytest.raises(DeadlineError, match="may still be there"):
        process.stop(grace_s=2)
    assert not process.running
    _until(
        lambda: (
            not [
                item
                for item in psutil.process_iter(["cmdline"])
                if item.info["cmdline"] == ["sleep", "61"]
            ]
        )
    )


def test_it_does_not_outlive_its_parent(
    experiment: Write, program: Program, tmp_path: Path
) -> None:
    """SIGKILL of the process that started it ends the run, its rollbacks done."""
    file = experiment(method=[program("act", "sleep", str(LONG_S))])
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(file), str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        _until(lambda: _begun(tmp_path, "act"))
        parent.kill()
        parent.wait(10)
    _until(lambda: not psutil.pid_exists(pid))
    assert (tmp_path / "undone").exists()


def test_an_orphan_never_begins() -> None:
    """A process whose parent died before it was tied to it does not start the program."""
    done = subprocess.run(
        [sys.executable, "-m", "seatrial.fault.tied", str(os.getppid()), "/bin/true"],
        check=False,
        timeout=20,
    )
    assert done.returncode == tied.EXIT_ORPHAN


def test_a_second_request_does_not_cut_rollbacks_short(
    experiment: Write, program: Program, tmp_path: Path
) -> None:
    """Asked to stop again and again, the run still does all of its rollbacks."""
    file = experiment(
        method=[program("act", "sleep", str(LONG_S))],
        rollbacks=[program("undo", "sleep", "2"), program("last", "touch", str(tmp_path / "done"))],
    )
    process = fault.start(file, env={}, directory=tmp_path)
    _until(lambda: _begun(tmp_path, "act"))
    os.kill(process.pid, signal.SIGUSR1)
    _until(lambda: _begun(tmp_path, "undo"))
    process.stop(grace_s=20)
    assert (tmp_path / "done").exists()
    told = journal.read(tmp_path / journal.JOURNAL)
    assert [item.status for item in told.rollbacks] == ["succeeded", "succeeded"]


def test_it_does_not_outlive_the_process_between(
    experiment: Write, program: Program, tmp_path: Path
) -> None:
    """SIGKILL of the process that ties it to its parent ends the run, its rollbacks done."""
    file = experiment(method=[program("act", "sleep", str(LONG_S))])
    process = fault.start(file, env={}, directory=tmp_path)
    _until(lambda: _begun(tmp_path, "act"))
    chaos = psutil.Process(process.pid).children()[0]
    os.kill(process.pid, signal.SIGKILL)
    _until(lambda: not chaos.is_running() or chaos.status() == psutil.STATUS_ZOMBIE)
    assert (tmp_path / "undone").exists()
    assert process.running is False


def test_an_orphan_that_hangs_is_killed(tmp_path: Path) -> None:
    """A program that ignores the request after its parent's death is killed in the end."""
    code = HANGING.format(folder=tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        _until((tmp_path / "deaf").exists)
        parent.kill()
    _until(lambda: not psutil.pid_exists(pid), 20)
    assert not [
        item
        for item in psutil.process_iter(["cmdline"])
        if str(tmp_path) in str(item.info["cmdline"])
    ]
