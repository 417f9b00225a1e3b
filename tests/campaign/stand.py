"""The campaign's stand: a cluster that stays, its workload, and a run of pytest against it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from seatrial import config as configuration
from seatrial import workload
from seatrial.cluster import Cluster, connect, embedded
from seatrial.cluster.embedded import images
from seatrial.trial.body import bodies_of, golden_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seatrial.progress import Progress

ROOT = Path(__file__).parent.parent.parent
NAME = "campaign"
NODES = 3
NAMESPACE = "financial-inference"
#: A trial just long enough to be killed in: the experiment needs some seconds to start.
SETTINGS = """
objectives = "{root}/slos"
reports = "{place}/reports"
[cluster]
embedded = "{name}"
[target]
manage = {manage}
overlay = "{root}/k8s/overlays/nodes"
[request]
golden = "{root}/golden/financial-ab-test.json"
[fault]
experiment = "{root}/experiments/kill-replica.yaml"
hold_s = 8.0
max_replicas = 2
max_share = 1.0
allow = [{allow}]
[nightly]
overlay = "{root}/k8s/overlays/nodes"
rate = 60.0
settle_s = 2.0
baseline_s = 10.0
fault_s = 14.0
rollout_s = 14.0
recovery_s = 6.0
faults = [{faults}]
"""
END_S = 240.0
CLEAR_S = 90.0


@dataclass(frozen=True)
class Stand:
    """The cluster and the folder in which the campaign's files are."""

    cluster: Cluster
    place: Path
    before: Path

    def settings(self, kind: str) -> Path:
        """Write the configuration of a run that holds this one kind of fault."""
        return _settings(self.place / f"{kind}.toml", self.place, manage=False, kind=kind)

    def seatrial(self, *arguments: str, timeout_s: float) -> subprocess.CompletedProcess[str]:
        """Run the command as a user would; what it says is in the answer."""
        return subprocess.run(
            [str(Path(sys.executable).with_name("seatrial")), *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )


def _settings(file: Path, place: Path, *, manage: bool, kind: str = "") -> Path:
    text = SETTINGS.format(
        root=ROOT,
        place=place,
        name=NAME,
        manage=str(manage).lower(),
        faults=f'"{kind}"' if kind else "",
        allow=f'"{kind}"' if kind else "",
    )
    file.write_text(text, encoding="utf-8")
    return file


@contextmanager
def standing(place: Path, progress: Progress) -> Iterator[Stand]:
    """Bring the cluster up, deploy onto it, and note its state; it ends with this process."""
    place.mkdir(parents=True, exist_ok=True)
    embedded.prepare_machine(progress)
    tars = images.build_all(progress)
    embedded.up(NAME, images=tars, owner_pid=os.getpid(), progress=progress, node_count=NODES)
    try:
        with connect(embedded=NAME) as cluster:
            settings = _settings(place / "campaign.toml", place, manage=True)
            _deploy(cluster, settings, progress)
            stand = Stand(cluster, place, place / "before.json")
            arguments = ("snapshot", str(stand.before), f"--config={settings}")
            done = stand.seatrial("attest", *arguments, timeout_s=120)
            assert done.returncode == 0, done.stderr
            yield stand
    finally:
        embedded.down(NAME, progress=progress)


def _deploy(cluster: Cluster, settings: Path, progress: Progress) -> None:
    """Apply the overlay as its owner would: no trial's undo record is to take it away again."""
    config = configuration.read(settings)
    overlay = config.path(config.target.overlay)
    cluster.kubectl("apply", "--server-side", "-k", str(overlay), timeout_s=60.0)
    body = bodies_of(config, golden_of(config))[0]
    workload.wait_serving(cluster, config, body=body, progress=progress)


@dataclass(frozen=True)
class Run:
    """A pytest run that holds one fault's trial, in a process of its own."""

    process: subprocess.Popen[bytes]
    directory: Path
    kind: str

    @property
    def trial(self) -> Path:
        """The directory that the trial is recorded in."""
        return self.directory / "run" / self.kind

    def children(self) -> list[psutil.Process]:
        """Return the run's processes but itself; none once it is dead."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def find(self, *words: str) -> psutil.Process | None:
        """Return the one of them whose arguments hold all of these words."""
        for child in self.children():
            try:
                given = [Path(item).name for item in child.cmdline()]
            except psutil.NoSuchProcess:
                continue
            if all(word in given for word in words):
                return child
        return None

    def until(self, holds: Callable[[], bool], what: str, *, deadline_s: float = END_S) -> None:
        """Wait for a moment of the run. Fails with the log's end when it does not come."""
        end = time.monotonic() + deadline_s
        while not holds():
            assert self.process.poll() is None, f"ended before {what}: {self.log()}"
            assert time.monotonic() < end, f"no {what} within {deadline_s:g} s: {self.log()}"
            time.sleep(0.02)

    def log(self) -> str:
        """Return the end of what pytest printed."""
        text = (self.directory / "pytest.log").read_text(encoding="utf-8", errors="replace")
        return text[-3000:]


@contextmanager
def running(stand: Stand, kind: str, directory: Path) -> Iterator[Run]:
    """Start the run; whatever is left of it is ended."""
    directory.mkdir(parents=True)
    settings = stand.settings(kind)
    command = [sys.executable, "-m", "pytest", "slo_tests/test_nightly.py", "-m", "nightly", "-x"]
    command += [f"--seatrial-config={settings}", f"--run-dir={directory / 'run'}"]
    log = (directory / "pytest.log").open("wb")
    process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        yield Run(process, directory, kind)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)
        log.close()


def strays(directory: Path) -> list[psutil.Process]:
    """Return the processes of a run that live after it, by their arguments."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(str(directory) in word for word in process.info["cmdline"] or ())
    ]
