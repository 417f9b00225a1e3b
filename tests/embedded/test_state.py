"""Knowing a cluster's processes again, and holding its name."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import embedded
from seatrial.cluster.embedded import Node, running, state, sweep
from seatrial.cluster.embedded.layout import Layout
from seatrial.cluster.embedded.state import Process, State
from seatrial.errors import DeadlineError, UsageError
from seatrial.progress import SilentProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A cluster's places below a directory of the test's own."""
    for module in ("layout", "state"):
        monkeypatch.setattr(f"seatrial.cluster.embedded.{module}.STATE_ROOT", tmp_path / "run")
    return Layout("test", tmp_path / "cache")


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until its test ends it."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def process_of(child: subprocess.Popen[bytes]) -> Process:
    """Give the child as a Process."""
    found = Process.of(child.pid)
    assert found is not None
    return found


def test_a_process_is_told_from_a_later_one_of_its_pid(child: subprocess.Popen[bytes]) -> None:
    """A pid with another start is another process: it is not alive, and never killed."""
    known = process_of(child)
    earlier = Process(known.pid, known.started - 1)
    assert known.alive()
    assert not earlier.alive()
    earlier.kill()
    assert child.poll() is None


def test_a_killed_process_is_not_alive(child: subprocess.Popen[bytes]) -> None:
    """Its zombie does not count either: the watcher must not wait for a dead cluster."""
    known = process_of(child)
    known.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not known.alive()
    assert known.open() is None
    # Killing what is gone is no error.
    known.kill()


def test_state_is_read_as_it_was_written(place: Layout) -> None:
    """What one process writes, another reads."""
    written = State("up", "/cache", Process(3, 4), 6443, "key", node_pid=5)
    state.write(place, written)
    assert state.read(place) == written


def test_without_a_state_file_there_is_no_cluster(place: Layout) -> None:
    """No state is None, not an error."""
    assert state.read(place) is None
    assert running.find(place) is None


def test_only_a_cluster_that_came_up_and_lives_is_up(
    place: Layout, child: subprocess.Popen[bytes]
) -> None:
    """Neither one that is starting nor one whose outer process died counts as up."""
    outer = process_of(child)
    state.write(place, State("starting", "/cache", outer, 6443, "key"))
    assert running.find(place) is None
    state.write(place, State("up", "/cache", outer, 6443, "key", node_pid=5))
    found = running.find(place)
    assert found is not None
    assert (found.context, found.node_pid, found.api_port) == ("seatrial-test", 5, 6443)
    outer.kill()
    child.wait(10)
    assert running.find(place) is None


def test_each_node_has_a_state_of_its_own(place: Layout) -> None:
    """One node's state is not another's, nor does one's end take the other's away."""
    state.write(place, State("up", "/cache", Process(3, 4), 6443, "key", node_pid=5, nodes=2))
    state.write(place.node(2), State("up", "/cache", Process(6, 7), 6443, "key", node_pid=8))
    second = state.read(place.node(2))
    assert second is not None
    assert second.outer == Process(6, 7)
    sweep.sweep(place.node(2))
    assert state.read(place.node(2)) is None
    assert state.read(place) is not None


def test_lost_nodes_are_listed_as_lost(place: Layout, child: subprocess.Popen[bytes]) -> None:
    """The count is the cluster's; a node whose outer process is gone has no pid."""
    outer = process_of(child)
    state.write(place, State("up", "/cache", outer, 6443, "key", node_pid=5, nodes=3))
    state.write(place.node(2), State("up", "/cache", outer, 6443, "key", node_pid=8))
    state.write(place.node(3), State("up", "/cache", Process(1, -1), 6443, "key", node_pid=9))
    assert embedded.nodes("test") == (
        Node("seatrial-test", first=True, pid=5),
        Node("seatrial-test-2", first=False, pid=8),
        Node("seatrial-test-3", first=False, pid=None),
    )


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ("seatrial-test", "the first node, which has the control plane"),
        ("seatrial-test-4", "there are seatrial-test-2, seatrial-test-3"),
        ("seatrial-test-3", "it is lost already"),
    ],
)
def test_only_a_further_node_that_lives_can_be_lost(
    place: Layout,
    child: subprocess.Popen[bytes],
    monkeypatch: pytest.MonkeyPatch,
    node: str,
    said: str,
) -> None:
    """Anything else is refused before anything is touched."""
    monkeypatch.setattr("seatrial.cluster.embedded.preflight.require_root", lambda _: None)
    outer = process_of(child)
    state.write(place, State("up", "/cache", outer, 6443, "key", node_pid=5, nodes=3))
    state.write(place.node(2), State("up", "/cache", outer, 6443, "key", node_pid=8))
    with pytest.raises(UsageError, match=said):
        embedded.lose_node("test", node)
    assert child.poll() is None


@pytest.mark.parametrize("count", [0, 10])
def test_no_more_nodes_than_make_sense(count: int) -> None:
    """The number is checked before anything is installed or built."""
    with pytest.raises(UsageError, match="1 to 9"):
        embedded.up("test", images=(), progress=SilentProgress(), node_count=count)


def test_a_name_is_held_by_one_at_a_time(place: Layout) -> None:
    """A second start of a name gives up at its deadline and says what it waited for."""
    with (
        state.lock(place, timeout_s=1),
        pytest.raises(DeadlineError, match="another process"),
        state.lock(place, timeout_s=0.05),
    ):
        pytest.fail("two processes held one name")
    with state.lock(place, timeout_s=1):
        pass
