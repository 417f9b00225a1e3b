"""Starting, awaiting and stopping the load process. It sends nothing itself and judges nothing.

The process is Locust, headless, in a session of its own, deaf to the user's Locust configuration.
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from seatrial.errors import DeadlineError, SeatrialError
from seatrial.load.ledger import REQUESTS_FILE, recover
from seatrial.load.process import (
    LIFELINE_VARIABLE,
    LOG_FILE,
    ORDER_VARIABLE,
    PRIORITY_VARIABLE,
    REAL_TIME,
    REPORT_FILE,
    UNCHANGED,
    read_token,
)
from seatrial.load.report import read_report
from seatrial.priority import favour
from seatrial.timeline import NANOSECONDS, PARTIAL_FILE, save_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.load.order import LoadOrder
    from seatrial.timeline import LoadReport

REPORT_PART = "load.json"
#: From the last deadline (or from SIGTERM plus a deadline) to the process's end.
END_GRACE_S = 5.0
KILL_GRACE_S = 5.0
LOG_TAIL_LINES = 15
MS_PER_S = 1000


class LoadDiedError(SeatrialError):
    """The load process ended without its report; what it had recorded is in ``requests.npy``."""


@dataclass(frozen=True, slots=True)
class LoadProcess:
    """A load process that has been started; ``favoured`` where its priority could be raised."""

    order: LoadOrder
    pid: int
    favoured: bool
    _process: subprocess.Popen[bytes]
    _lifeline: BinaryIO

    @property
    def running(self) -> bool:
        """True until the process has ended."""
        return self._process.poll() is None

    def wait(self, deadline_s: float | None = None) -> LoadReport:
        """Wait for the load's end and write ``load.json``; without a deadline: until it is due.

        Raises LoadDiedError where it ended without a report, and DeadlineError, the process
        stopped, where it ran on.
        """
        limit = self._due_s() if deadline_s is None else deadline_s
        try:
            self._process.wait(timeout=limit)
        except subprocess.TimeoutExpired as cause:
            self.stop()
            raise DeadlineError(
                f"wait for the load process {self.pid}",
                got=f"still running after {limit:.1f} s; stopped. Its log ends: {self._log_tail()}",
                expected=f"{self.order.planned} requests over by then",
                mend=f"read {self.order.directory / LOG_FILE}",
            ) from cause
        self._lifeline.close()
        return self._conclude()

    def cut(self, at_ns: int) -> None:
        """Have the load planned no further than ``at_ns`` (ns after the epoch, in the future).

        What was planned before it is still sent. The report says whether it was cut: ``cut_ns``.
        """
        # The process may have just ended: its report will say that nothing was cut.
        with suppress(BrokenPipeError):
            self._lifeline.write(f"{at_ns}\n".encode("ascii"))

    def stop(self) -> None:
        """End the process, bounded: SIGTERM lets what is in flight end, SIGKILL follows."""
        grace = self.order.deadline_ms / MS_PER_S + END_GRACE_S
        for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, KILL_GRACE_S)):
            if not self.running:
                break
            os.killpg(self.pid, number)
            try:
                self._process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                continue
        self._lifeline.close()
        recover(self.order.directory)
        if self.running:
            raise DeadlineError(
                f"end the load process {self.pid}",
                got=f"alive {KILL_GRACE_S:.0f} s after SIGKILL",
                expected="its end",
                mend="the kernel holds it: look at its state with ps",
            )

    def _due_s(self) -> float:
        """Seconds from now to the latest end of a healthy load, its start-up's slack included."""
        ahead = (self.order.epoch_monotonic_ns - time.monotonic_ns()) / NANOSECONDS
        length = self.order.seconds + self.order.deadline_ms / MS_PER_S
        return max(ahead, 0.0) + length + 2 * END_GRACE_S

    def _conclude(self) -> LoadReport:
        code = self._process.returncode
        recovered = recover(self.order.directory)
        report = read_report(self.order.directory / REPORT_FILE)
        if report is None:
            raise LoadDiedError(
                f"run the load process {self.pid}",
                got=f"{_how(code)} without a report. Its log ends: {self._log_tail()}",
                expected=f"{self.order.planned} requests and a report",
                mend=f"{recovered} requests that had ended were saved; "
                f"read {self.order.directory / LOG_FILE}",
            )
        report = replace(report, exit_code=code)
        save_part(self.order.directory, REPORT_PART, report)
        return report

    def _log_tail(self) -> str:
        text = (self.order.directory / LOG_FILE).read_text(encoding="utf-8", errors="replace")
        return "\n    ".join(["", *text.strip().splitlines()[-LOG_TAIL_LINES:]]) or "(empty)"


def start(
    order: LoadOrder,
    *,
    network_namespace: Path | None = None,
    env: Mapping[str, str] | None = None,
    raise_priority: bool = True,
) -> LoadProcess:
    """Start the load process and return at once; it sends from the order's epoch on.

    ``network_namespace``: the path of the one to send from, such as ``/proc/PID/ns/net``; that
    takes root. ``env``: the environment, this process's own by default; LOCUST_* is left out.
    Give it some 5 s to the epoch: Locust's start takes 1.2 CPU-seconds. Raises SeatrialError,
    before anything is started, where the token or the namespace is missing or the directory
    holds another load's records.
    """
    environment = dict(os.environ if env is None else env)
    read_token(order, environment)
    _check_place(order, network_namespace)
    file = order.save()
    reading, writing = os.pipe()
    lifeline = cast("BinaryIO", os.fdopen(writing, "wb", buffering=0))
    try:
        with (order.directory / LOG_FILE).open("wb") as log:
            process = subprocess.Popen(
                _command(order, network_namespace),
                cwd=order.directory,
                env=_environment(environment, file, reading, raise_priority=raise_priority),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(reading,),
            )
    except BaseException:
        lifeline.close()
        raise
    finally:
        os.close(reading)
    favoured = raise_priority and favour(process.pid)
    return LoadProcess(order, process.pid, favoured, process, lifeline)


def _command(order: LoadOrder, namespace: Path | None) -> list[str]:
    enter = [] if namespace is None else ["nsenter", f"--net={namespace}", "--"]
    stop_timeout = math.ceil(order.deadline_ms / MS_PER_S + END_GRACE_S)
    return [
        *enter,
        *(sys.executable, "-P", "-m", "locust"),
        *("--locustfile", str(Path(__file__).with_name("locustfile.py"))),
        *("--headless", "--users", "1", "--spawn-rate", "1", "--only-summary"),
        *("--exit-code-on-error", "0", "--stop-timeout", str(stop_timeout)),
    ]


def _environment(
    environment: dict[str, str], order: Path, lifeline: int, *, raise_priority: bool
) -> dict[str, str]:
    """Locust reads LOCUST_* and three configuration files: none of the user's may apply.

    It looks for those in the working directory and in HOME: both are the trial's directory.
    """
    kept = {name: value for name, value in environment.items() if not name.startswith("LOCUST_")}
    kept["HOME"] = str(order.parent)
    kept["PYTHONUNBUFFERED"] = "1"
    kept[PRIORITY_VARIABLE] = REAL_TIME if raise_priority else UNCHANGED
    kept[ORDER_VARIABLE] = str(order)
    kept[LIFELINE_VARIABLE] = str(lifeline)
    return kept


def _check_place(order: LoadOrder, namespace: Path | None) -> None:
    used = [name for name in (PARTIAL_FILE, REQUESTS_FILE) if (order.directory / name).exists()]
    if used:
        raise SeatrialError(
            f"record a load in {order.directory}",
            got=f"{', '.join(used)} of another load",
            expected="a directory without records",
            mend="use a new directory for each trial",
        )
    if namespace is not None and not namespace.exists():
        raise SeatrialError(
            f"enter the network namespace {namespace}",
            got="no such file: its process has ended",
            expected="the namespace of a running node",
            mend="bring the cluster up: seatrial cluster up",
        )


def _how(code: int) -> str:
    """Say how a process ended."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
