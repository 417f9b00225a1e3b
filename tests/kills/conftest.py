"""A real `pytest slo_tests -m production` that is killed, and what is left of it afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from seatrial.cluster import Cluster, connect
from seatrial.cluster.embedded import down, images, state, up
from seatrial.cluster.embedded.layout import layout
from seatrial.progress import LineProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent.parent
NAME = "kills"
#: From a kill to the last trace of it: containers, mounts, then empty cgroups.
CLEAR_S = 8.0
SETTINGS = """
objectives = "{root}/slos"
reports = "{reports}"
[cluster]
embedded = "{name}"
[target]
overlay = "{root}/k8s/overlays/embedded"
[request]
golden = "{root}/golden/financial-ab-test.json"
[load]
settle_s = 3.0
baseline_s = 12.0
fault_s = 12.0
recovery_s = 6.0
[fault]
experiment = "{root}/experiments/kill-replica.yaml"
"""


@dataclass(frozen=True)
class Traces:
    """What a machine shows of clusters, loads and experiments; equal before and after."""

    mounts: tuple[str, ...]
    devices: tuple[str, ...]
    rules: str
    cgroups: tuple[str, ...]
    processes: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """A pytest run of the trial under way in a process of its own."""

    process: subprocess.Popen[bytes]
    directory: Path

    @property
    def trial(self) -> Path:
        """The directory that the trial is recorded in."""
        return self.directory / "run" / "production"

    def outer_pid(self) -> int:
        """Return the pid of the cluster's outer process."""
        known = state.read(layout(NAME))
        assert known is not None
        return known.outer.pid

    def load_pid(self) -> int:
        """Return the pid of the load process."""
        return next(
            child.pid
            for child in psutil.Process(self.process.pid).children(recursive=True)
            if "locust" in child.cmdline()
        )


def traces(directory: Path) -> Traces:
    """Read what is there now of this name's cluster and of the run in ``directory``."""
    marks = (f"/clusters/{NAME}/", f"seatrial-{NAME}", str(directory), f'"{NAME}"')
    return Traces(
        mounts=tuple(sorted(Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines())),
        devices=tuple(sorted(path.name for path in Path("/sys/class/net").iterdir())),
        rules=subprocess.run(
            ["/usr/sbin/nft", "list", "ruleset"],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout,
        cgroups=tuple(sorted(str(path) for path in _cgroups())),
        processes=tuple(processes(marks)),
    )


def _cgroups() -> list[Path]:
    """List this cluster's cgroups: one on version 2, one in each hierarchy on version 1."""
    root = Path("/sys/fs/cgroup")
    return [*root.glob(f"seatrial-{NAME}"), *root.glob(f"*/seatrial-{NAME}")]


def processes(marks: tuple[str, ...]) -> Iterator[str]:
    """Name each process that is of this cluster or run, by its words or by its cgroup."""
    for process in psutil.process_iter(["pid", "cmdline"]):
        words = " ".join(process.info["cmdline"] or ())
        try:
            group = Path(f"/proc/{process.pid}/cgroup").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if any(mark in words or mark in group for mark in marks):
            yield f"{process.pid} {words[:120]}"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Start the trial; whatever the test leaves of it is ended."""
    with running(tmp_path) as found:
        try:
            yield found
        finally:
            down(NAME, progress=LineProgress())


@contextmanager
def running(directory: Path) -> Iterator[Run]:
    """Give the trial, started in ``directory``; it is killed on the way out."""
    directory.mkdir(exist_ok=True)
    settings = directory / "seatrial.toml"
    settings.write_text(
        SETTINGS.format(root=ROOT, reports=directory / "reports", name=NAME), encoding="utf-8"
    )
    command = [sys.executable, "-m", "pytest", "slo_tests", "-m", "production", "-x"]
    command += [f"--seatrial-config={settings}", f"--run-dir={directory / 'run'}"]
    with (directory / "pytest.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield Run(process, directory)
        finally:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
            process.wait(30)


@pytest.fixture(scope="module")
def standing() -> Iterator[Cluster]:
    """Return a cluster that stays, whatever becomes of the trials held in it."""
    progress = LineProgress()
    up(NAME, images=images.build_all(progress), owner_pid=os.getpid(), progress=progress)
    try:
        with connect(embedded=NAME) as cluster:
            yield cluster
    finally:
        down(NAME, progress=progress)


@pytest.fixture
def before(tmp_path: Path) -> Traces:
    """Return the traces from before the run; ask for this fixture first."""
    return traces(tmp_path)


def until(holds: Callable[[], bool], run: Run, what: str, *, deadline_s: float = 240.0) -> None:
    """Wait for a moment of the run. Fails with the log's end when it does not come."""
    end = time.monotonic() + deadline_s
    while not holds():
        log = (run.directory / "pytest.log").read_text(encoding="utf-8", errors="replace")
        assert run.process.poll() is None, f"ended before {what}: {log[-3000:]}"
        assert time.monotonic() < end, f"no {what} within {deadline_s} s: {log[-3000:]}"
        time.sleep(0.05)


def assert_cleared(before: Traces, directory: Path) -> None:
    """Wait until everything is as it was before the run; fail with what is left."""
    end = time.monotonic() + CLEAR_S
    while (now := traces(directory)) != before and time.monotonic() < end:
        time.sleep(0.1)
    assert now == before
