"""Clusters for the live tests, and a look at what a machine holds of one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from seatrial.cluster import embedded
from seatrial.cluster.embedded import cgroups, state
from seatrial.cluster.embedded.layout import MOST_NODES, Layout, layout
from seatrial.progress import LineProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seatrial.cluster.embedded import EmbeddedCluster

KUBECTL = str(Path(sys.executable).with_name("kubectl"))
#: The promise: what a dead cluster leaves is gone after so many seconds.
CLEAN_S = 2.0

#: Tests may run where SIGINT is ignored (in the background of a script), and children inherit that.
UP = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from seatrial.cluster import embedded
from seatrial.errors import SeatrialError
from seatrial.progress import LineProgress
name, nodes, *owner = sys.argv[1:]
owner = int(owner[0]) if owner else None
count = int(nodes) if int(nodes) > 1 else None
try:
    embedded.up(name, images=(), owner_pid=owner, progress=LineProgress(), node_count=count)
except SeatrialError as error:
    sys.exit(str(error))
"""


def bring_up(
    name: str, owner_pid: int | None = None, node_count: int | None = None
) -> EmbeddedCluster:
    """Bring a cluster without workload images up."""
    return embedded.up(
        name, images=(), owner_pid=owner_pid, progress=LineProgress(), node_count=node_count
    )


def start_up(name: str, owner_pid: int | None = None, node_count: int = 1) -> subprocess.Popen[str]:
    """Bring a cluster up in a process of its own, for a test that kills something meanwhile."""
    owner = [] if owner_pid is None else [str(owner_pid)]
    command = [sys.executable, "-c", UP, name, str(node_count), *owner]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def kubectl(cluster: EmbeddedCluster, *arguments: str, stdin: str = "", seconds: float = 60) -> str:
    """Run kubectl against the cluster and give what it prints, whatever its exit code."""
    done = subprocess.run(
        [KUBECTL, "--kubeconfig", str(cluster.kubeconfig), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return done.stdout + done.stderr


def wait_until(
    seen: Callable[[], bool], what: str, seconds: float, last: Callable[[], object] = str
) -> float:
    """Look until ``seen``; give the seconds it took, fail with the ``last`` look after them."""
    started = time.monotonic()
    while not seen():
        if time.monotonic() - started > seconds:
            pytest.fail(f"not within {seconds} s: {what} {last()}")
        time.sleep(0.02)
    return time.monotonic() - started


@dataclass(frozen=True, slots=True)
class Traces:
    """What of a cluster, or of one further node, the host can see."""

    place: Layout
    pids: frozenset[int]

    @classmethod
    def of(cls, name: str, number: int = 1) -> Traces:
        """Take down who belongs to the node now: its cgroup's processes and the outer one.

        The first node's are all of the cluster.
        """
        place = layout(name).node(number)
        nodes = place.nodes(MOST_NODES) if number == 1 else (place,)
        outer = {known.outer.pid for node in nodes if (known := state.read(node)) is not None}
        inside = cgroups.processes(place.cgroup, cgroups.hierarchies())
        return cls(place, frozenset(inside | outer))

    def left(self) -> list[str]:
        """List what is still there."""
        living = [f"process {pid}" for pid in self.pids if _runs(pid)]
        groups = cgroups.remains(self.place.cgroup, cgroups.hierarchies())
        files = [self.place.state_file, self.place.containerd]
        if self.place.number == 1:
            files += [self.place.state, self.place.pki]
            files += [node.containerd for node in self.place.nodes(MOST_NODES)]
        return (
            living
            + [f"cgroup {path}" for path in groups]
            + [f"file {path}" for path in files if path.exists()]
        )

    def assert_gone(self, seconds: float = CLEAN_S) -> None:
        """Fail if anything is left after ``seconds``."""
        wait_until(lambda: not self.left(), "gone, but for", seconds, self.left)
        assert not self.left()


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def host_traces() -> dict[str, object]:
    """Give what a node must not change on the host: devices, rules, mounts, kernel settings."""
    settings = ("kernel/panic", "kernel/panic_on_oops", "vm/overcommit_memory")
    return {
        "devices": sorted(path.name for path in Path("/sys/class/net").iterdir()),
        "rules": json.loads(_output("nft", "--json", "list", "tables"))["nftables"][1:],
        "routes": _output("ip", "route", "show", "table", "all"),
        "mounts": [line for line in Path("/proc/mounts").read_text().splitlines() if _ours(line)],
        "settings": [Path("/proc/sys", name).read_text() for name in settings],
        "directories": [Path(path).exists() for path in ("/var/lib/cni", "/var/lib/kubelet")],
    }


def _ours(mount: str) -> bool:
    return any(word in mount for word in ("seatrial", "containerd", "kubelet", "netns", "cni"))


def inside(node_pid: int, *argv: str) -> str:
    """Run a command in a node's network namespace and give what it prints."""
    return _output("nsenter", "--target", str(node_pid), "--net", *argv)


def _output(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, timeout=20, check=True).stdout


class Live:
    """What the live tests do to clusters and see of them. One value: tests import no conftest."""

    bring_up = staticmethod(bring_up)
    start_up = staticmethod(start_up)
    kubectl = staticmethod(kubectl)
    wait_until = staticmethod(wait_until)
    host_traces = staticmethod(host_traces)
    inside = staticmethod(inside)
    traces = staticmethod(Traces.of)


@pytest.fixture(scope="session")
def live() -> Live:
    """Give the live tests their hands and eyes."""
    return Live()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    """A cluster's name of this test's own; the cluster is ended whatever the test did."""
    chosen = f"t-{abs(hash(request.node.name)) % 100_000}-{os.getpid()}"
    yield chosen
    embedded.down(chosen, progress=LineProgress())


@pytest.fixture(scope="module")
def cluster() -> Iterator[EmbeddedCluster]:
    """A cluster that the tests of one file share; it ends with this process, if not before."""
    chosen = f"t-shared-{os.getpid()}"
    try:
        yield bring_up(chosen, owner_pid=os.getpid())
    finally:
        embedded.down(chosen, progress=LineProgress())
