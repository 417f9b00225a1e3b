"""What is said when a cluster does not come up."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster.embedded import events, readiness, state
from seatrial.cluster.embedded.events import Event
from seatrial.cluster.embedded.layout import Layout
from seatrial.cluster.embedded.state import Process, State
from seatrial.errors import DeadlineError, SeatrialError

if TYPE_CHECKING:
    from pathlib import Path

DEAD = Process(1, -1)


def alive() -> Process:
    """Give a process that lives: this one."""
    found = Process.of(os.getpid())
    assert found is not None
    return found


@pytest.fixture
def place(tmp_path: Path) -> Layout:
    """A cluster's data directory with an etcd that said something."""
    layout = Layout("test", tmp_path)
    layout.logs.mkdir(parents=True)
    (layout.logs / "etcd.log").write_text("first line\nno space left on device\n")
    return layout


def test_a_failed_component_is_named_with_its_log(place: Layout) -> None:
    """The error has the step, the component, how it ended, the end of its log and the path."""
    events.append(place.events, Event("failed", "etcd", "it ended with exit code 1"))
    with pytest.raises(SeatrialError) as caught:
        readiness.wait_component(place, "kube-apiserver", alive())
    text = str(caught.value)
    assert "start kube-apiserver" in text
    assert "etcd: it ended with exit code 1" in text
    assert "no space left on device" in text
    assert str(place.logs / "etcd.log") in text


def test_a_cluster_ended_from_outside_is_not_waited_for(place: Layout) -> None:
    """Without its watcher there is nothing to wait for: it is said at once."""
    with pytest.raises(SeatrialError, match="ended from outside"):
        readiness.wait_component(place, "etcd", DEAD)


def test_a_killed_outer_process_is_seen_while_its_watcher_lives(
    place: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watcher waits for the starter's lock then: its life says nothing of the cluster's."""
    monkeypatch.setattr("seatrial.cluster.embedded.layout.STATE_ROOT", tmp_path / "run")
    state.write(place, State("starting", str(tmp_path), DEAD, 6443, "key"))
    with pytest.raises(SeatrialError, match="ended from outside"):
        readiness.wait_component(place, "etcd", alive())


def test_a_ready_component_ends_the_wait(place: Layout) -> None:
    """The node's word is enough, even if it has ended since."""
    events.append(place.events, Event("ready", "etcd"))
    readiness.wait_component(place, "etcd", DEAD)


def test_the_wait_has_a_deadline_and_says_what_it_saw(
    place: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past the deadline the error says which components were ready."""
    monkeypatch.setattr(readiness, "_DEADLINE_S", 0.05)
    events.append(place.events, Event("ready", "node"))
    with pytest.raises(DeadlineError, match="ready so far: node"):
        readiness.wait_component(place, "etcd", alive())


def test_a_consequence_gives_way_to_its_cause(place: Layout) -> None:
    """Kubectl's refused connection is told as the death of the component behind it."""
    events.append(place.events, Event("failed", "etcd", "it was killed by signal 9"))
    with (
        pytest.raises(SeatrialError, match="etcd: it was killed by signal 9"),
        readiness.blame(place, alive()),
    ):
        raise SeatrialError("apply manifests", got="connection refused")


def test_an_error_without_another_cause_stays(place: Layout) -> None:
    """If no component ended, the error is the one that was raised."""
    with pytest.raises(SeatrialError, match="connection refused"), readiness.blame(place, alive()):
        raise SeatrialError("apply manifests", got="connection refused")
