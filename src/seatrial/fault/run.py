"""Starting, awaiting and stopping the `chaos` process. What it proves is judged in `window`.

A process of its own: Chaos Toolkit takes signals in its main thread and runs once a process.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.errors import DeadlineError
from seatrial.fault import experiment as experiments
from seatrial.fault import instants, journal
from seatrial.fault.errors import FaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG = "fault.log"
CONTROLS = "fault-controls.json"
#: After SIGUSR1: the rollbacks' own deadlines together are shorter.
STOP_GRACE_S = 60.0
KILL_GRACE_S = 5.0
LOG_TAIL_LINES = 15


@dataclass(frozen=True, slots=True)
class FaultProcess:
    """A `chaos` process that has been started; its files are in ``directory``.

    ``pid`` leads its session: the process that stands between, see `tied`.
    """

    directory: Path
    pid: int
    _process: subprocess.Popen[bytes]

    @property
    def running(self) -> bool:
        """True until the process has ended."""
        return self._process.poll() is None

    def wait(self, deadline_s: float) -> journal.Journal:
        """Wait for the experiment's end and return its journal.

        Raises FaultError when it left none, DeadlineError when it had to be stopped.
        """
        try:
            self._process.wait(timeout=deadline_s)
        except subprocess.TimeoutExpired as cause:
            self.stop()
            raise DeadlineError(
                f"wait for the experiment's process {self.pid}",
                got=f"still running after {deadline_s:g} s; stopped.{self._log_tail()}",
                mend=f"read {self.directory / LOG}",
            ) from cause
        if not (self.directory / journal.JOURNAL).is_file():
            raise FaultError(
                f"run the experiment's process {self.pid}",
                got=f"exit code {self._process.returncode}, no journal.{self._log_tail()}",
                expected="a journal",
                mend=f"read {self.directory / LOG}",
            )
        return journal.read(self.directory / journal.JOURNAL)

    def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """End the process now, its rollbacks done; does nothing once it has ended.

        Raises DeadlineError when the rollbacks did not end in ``grace_s`` and it was killed.
        """
        if not self.running:
            return
        os.kill(self.pid, signal.SIGUSR1)
        try:
            self._process.wait(timeout=grace_s)
        except subprocess.TimeoutExpired as cause:
            # The session is the process's own, and so is everything it may have started.
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait(timeout=KILL_GRACE_S)
            raise DeadlineError(
                f"stop the experiment's process {self.pid}",
                got=f"its rollbacks did not end within {grace_s:g} s; killed.{self._log_tail()}",
                expected="its rollbacks done",
                mend="look at the workload: what the fault changed may still be there",
            ) from cause

    def _log_tail(self) -> str:
        text = (self.directory / LOG).read_text(encoding="utf-8", errors="replace")
        lines = text.strip().splitlines()[-LOG_TAIL_LINES:]
        return "\n    ".join(["", "its log ends:", *lines]) if lines else " Its log is empty"


def start(experiment: Path, *, env: Mapping[str, str], directory: Path) -> FaultProcess:
    """Check the experiment, start it and return at once; its files go to ``directory``.

    ``env`` is added to this process's environment. When this process dies, the experiment is
    stopped and rolled back. Raises ExperimentError, before anything is started, when the file may
    not run.
    """
    experiments.check(experiment)
    directory = directory.resolve()
    _check_unused(directory)
    copy = directory / f"experiment{experiment.suffix}"
    command = _chaos(directory, copy)
    shutil.copyfile(experiment, copy)
    _save_controls(directory)
    instants.note(directory / instants.INSTANTS, instants.LAUNCHED, activity=experiment.name)
    with (directory / LOG).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "seatrial.fault.tied", str(os.getpid()), *command],
            cwd=directory,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return FaultProcess(directory, process.pid, process)


def _check_unused(directory: Path) -> None:
    """Refuse a directory in which another run's journal could be taken for this one's."""
    used = [name for name in (instants.INSTANTS, journal.JOURNAL) if (directory / name).exists()]
    if used:
        raise FaultError(
            f"run an experiment in {directory}",
            got=f"{', '.join(used)} of another run",
            expected="a directory in which none ran",
            mend="use a new directory for each trial",
        )


def _chaos(directory: Path, experiment: Path) -> list[str]:
    program = Path(sys.executable).with_name("chaos")
    if not program.is_file():
        raise FaultError(
            f"run the experiment {experiment}",
            got=f"no {program}",
            expected="the chaos command beside the Python that runs seatrial",
            mend="install the package chaostoolkit into that environment",
        )
    return [
        str(program),
        # Nothing of the user's may bend the run: no settings, no network, no log file elsewhere.
        *("--no-version-check", "--no-log-file", "--settings", os.devnull),
        "run",
        *("--rollback-strategy", "always"),
        *("--journal-path", str(directory / journal.JOURNAL)),
        *("--control-file", str(directory / CONTROLS)),
        str(experiment),
    ]


def _save_controls(directory: Path) -> None:
    """Write the control that notes instants, for any experiment, without changing its file."""
    provider = {
        "type": "python",
        "module": "seatrial.fault.control",
        "arguments": {"path": str(directory / instants.INSTANTS)},
    }
    controls = {"seatrial-instants": {"provider": provider}}
    (directory / CONTROLS).write_text(json.dumps(controls), encoding="utf-8")
