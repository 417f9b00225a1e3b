"""The hand's program on real processes: it hits those of one container, and takes back in time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OURS, OTHER = "a" * 64, "b" * 64
V1 = "12:pids:/kubepods/burstable/pod7/{id}\n4:cpu,cpuacct:/kubepods/burstable/pod7/{id}\n0::/\n"
V2 = "0::/kubepods.slice/kubepods-pod7.slice/cri-containerd-{id}.scope\n"
OTHERS_NAMESPACE = "0::/../../kubepods-pod7.slice/cri-containerd-{id}.scope\n"
PROGRAM = files("seatrial.fault.hand.programs").joinpath("processes.py").read_text()
IDLE = "import time\nwhile True: time.sleep(0.01)"


class Node:
    """Real processes, and a /proc in which their cgroups say that they are containers'."""

    def __init__(self, proc: Path) -> None:
        """Begin with no process at all."""
        self.proc = proc
        self.children: list[subprocess.Popen[bytes]] = []

    def process(self, container: str, cgroup: str = V1, name: str = "server") -> psutil.Process:
        """Start a process of that container and return it."""
        child = subprocess.Popen([sys.executable, "-c", IDLE, name])
        self.children.append(child)
        directory = self.proc / str(child.pid)
        directory.mkdir()
        (directory / "cgroup").write_text(cgroup.replace("{id}", container))
        for file in ("stat", "cmdline"):
            (directory / file).symlink_to(f"/proc/{child.pid}/{file}")
        return psutil.Process(child.pid)

    def hand(self, **order: object) -> subprocess.Popen[str]:
        """Run the program as a hand's pod does: as text, its order the one argument."""
        given = {"container": OURS, "proc": str(self.proc), **order}
        command = [sys.executable, "-c", PROGRAM, json.dumps(given)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """Return a node whose processes end with the test."""
    found = Node(tmp_path)
    (tmp_path / "uptime").write_text("1.0")
    yield found
    for child in found.children:
        child.kill()
        child.wait(5)


def _said(hand: subprocess.Popen[str]) -> dict[str, dict[str, Any]]:
    out, _ = hand.communicate(timeout=20)
    return {item.pop("event"): item for item in map(json.loads, out.splitlines())}


def _wait(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def _await_line(hand: subprocess.Popen[str], event: str) -> dict[str, Any]:
    """Read the hand's log up to an event's line."""
    assert hand.stdout is not None
    for line in hand.stdout:
        found: dict[str, Any] = json.loads(line)
        if found["event"] == event:
            return found
    raise AssertionError(event)


@pytest.mark.parametrize("cgroup", [V1, V2, OTHERS_NAMESPACE])
def test_the_oldest_process_of_the_container_is_killed(node: Node, cgroup: str) -> None:
    """The server is killed, its worker and another container's server are not."""
    server, worker = node.process(OURS, cgroup), node.process(OURS, cgroup, "worker")
    other = node.process(OTHER, cgroup)
    acted = _said(node.hand(act="kill-server"))["acted"]
    assert acted["gone"]
    assert [item["pid"] for item in acted["processes"]] == [server.pid]
    assert node.children[0].wait(5) == -signal.SIGKILL
    assert worker.is_running()
    assert other.is_running()


def test_a_worker_is_known_by_its_command_line(node: Node) -> None:
    """The first worker is killed, never the server, though the pattern finds that, too."""
    server, worker = node.process(OURS, name="worker-0"), node.process(OURS, name="worker-1")
    hand = node.hand(act="kill-worker", pattern="worker-.", hold_s=10.0)
    assert _await_line(hand, "acted")["processes"][0]["pid"] == worker.pid
    node.process(OURS, name="worker-2")
    assert _said(hand)["released"]["whole"]
    assert server.is_running()


def test_a_worker_that_is_not_replaced_is_told(node: Node) -> None:
    """Nobody starts another worker: the hand says so when its time is over."""
    node.process(OURS)
    node.process(OURS, name="worker-1")
    said = _said(node.hand(act="kill-worker", pattern="worker-.", hold_s=0.2))
    assert said["acted"]["gone"]
    assert not said["released"]["whole"]


def test_a_pattern_without_a_worker_kills_nothing(node: Node) -> None:
    """No worker, no kill; the hand's last word lists what there is."""
    server = node.process(OURS)
    hand = node.hand(act="kill-worker", pattern="worker")
    assert "no worker" in _said(hand)["failed"]["why"]
    assert hand.returncode == 1
    assert server.is_running()


def test_what_is_stopped_goes_on_when_the_time_is_over(node: Node) -> None:
    """All processes of the container stop, no other's, and go on by themselves."""
    ours, other = [node.process(OURS), node.process(OURS)], node.process(OTHER)
    hand = node.hand(act="stop", hold_s=0.5)
    acted = _await_line(hand, "acted")
    assert acted["stopped"]
    assert {item["state"] for item in acted["processes"]} == {"T"}
    assert [item.status() for item in ours] == ["stopped", "stopped"]
    assert other.status() != "stopped"
    released = _said(hand)["released"]
    assert (released["why"], released["continued"]) == ("time is over", True)
    assert {item["state"] for item in released["processes"]} == {"T"}
    assert "stopped" not in [item.status() for item in ours]


def test_a_hand_that_is_asked_to_end_takes_back(node: Node) -> None:
    """SIGTERM long before the time is over: everything goes on, and the log says why."""
    server = node.process(OURS)
    hand = node.hand(act="stop", hold_s=60.0)
    _await_line(hand, "acted")
    hand.send_signal(signal.SIGTERM)
    released = _said(hand)["released"]
    assert (released["why"], released["continued"]) == ("asked to", True)
    assert server.status() != "stopped"


def test_a_hand_that_is_asked_to_end_before_its_instant_does_nothing(node: Node) -> None:
    """SIGTERM while it waits for its instant: nothing is touched."""
    server = node.process(OURS)
    hand = node.hand(act="kill-server", at_wall_ns=time.time_ns() + 60_000_000_000)
    _await_line(hand, "ready")
    hand.send_signal(signal.SIGTERM)
    assert set(_said(hand)) == {"ended"}
    assert server.is_running()


def test_the_instant_is_kept(node: Node) -> None:
    """It acts at its instant, not before, and says when that was on both clocks."""
    node.process(OURS)
    at = time.time_ns() + 700_000_000
    acted = _said(node.hand(act="kill-server", at_wall_ns=at))["acted"]
    assert at <= acted["wall_ns"] < at + 2_000_000_000
    assert acted["monotonic_ns"] <= time.monotonic_ns()


def test_another_hand_continues_what_a_killed_one_left(node: Node) -> None:
    """SIGKILL of the hand leaves the container stopped; the next hand sees that and mends it."""
    server = node.process(OURS)
    first = node.hand(act="stop", hold_s=60.0)
    _await_line(first, "acted")
    first.kill()
    first.communicate(timeout=5)
    assert server.status() == "stopped"
    released = _said(node.hand(act="continue"))["released"]
    assert [item["state"] for item in released["processes"]] == ["T"]
    _wait(lambda: server.status() != "stopped")
    again = _said(node.hand(act="continue"))["released"]
    assert again["continued"]
    assert [item["state"] for item in again["processes"]] != ["T"]


@pytest.mark.parametrize("container", ["", OURS[:12], "../" + OURS])
def test_what_is_no_container_is_refused(node: Node, container: str) -> None:
    """An empty ID is part of every cgroup: nothing is done on its behalf."""
    server = node.process(OURS)
    assert "no container's ID" in _said(node.hand(act="stop", container=container))["failed"]["why"]
    assert server.status() != "stopped"


@pytest.mark.parametrize("act", ["kill-server", "kill-worker", "stop"])
def test_a_container_that_is_not_there_is_an_error(node: Node, act: str) -> None:
    """A container of another node, or one that ended: the hand fails and names it."""
    other = node.process(OTHER)
    assert OURS in _said(node.hand(act=act))["failed"]["why"]
    assert other.status() not in ("stopped", "zombie")
