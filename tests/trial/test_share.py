"""One trial a run: recorded by the first who asks, its failure told to all."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING

import pytest

from seatrial.errors import SeatrialError
from seatrial.trial.share import TrialFailedError, recorded_once

if TYPE_CHECKING:
    from pathlib import Path


def _append(directory: Path) -> None:
    with (directory / "records").open("a", encoding="utf-8") as file:
        file.write("recorded\n")


def _ask(directory: Path) -> None:
    recorded_once(directory, _append)


def _die_recording(directory: Path) -> None:
    recorded_once(directory, lambda _: os.kill(os.getpid(), signal.SIGKILL))


def test_many_processes_record_once(tmp_path: Path) -> None:
    """However many processes ask at once, the trial is recorded a single time."""
    asking = [multiprocessing.Process(target=_ask, args=(tmp_path / "t",)) for _ in range(4)]
    for process in asking:
        process.start()
    for process in asking:
        process.join(30)
    assert [process.exitcode for process in asking] == [0, 0, 0, 0]
    assert (tmp_path / "t" / "records").read_text(encoding="utf-8") == "recorded\n"


def test_a_failure_is_told_to_all_and_not_tried_again(tmp_path: Path) -> None:
    """Who asks after a failed recording is told why, and nothing is recorded again."""

    def fail(_: Path) -> None:
        raise SeatrialError("deploy", got="no node")

    with pytest.raises(SeatrialError, match="no node"):
        recorded_once(tmp_path / "t", fail)
    with pytest.raises(TrialFailedError, match="no node"):
        recorded_once(tmp_path / "t", _append)
    assert not (tmp_path / "t" / "records").exists()


def test_a_killed_recorder_is_not_followed_by_another(tmp_path: Path) -> None:
    """SIGKILL of the recording process leaves a failure, not a trial to be begun again."""
    process = multiprocessing.Process(target=_die_recording, args=(tmp_path / "t",))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    with pytest.raises(TrialFailedError, match="killed"):
        recorded_once(tmp_path / "t", _append)
