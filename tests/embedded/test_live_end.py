"""However a cluster ends, nothing of it stays, and the next one comes up."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from seatrial.cache import cache_root
from seatrial.cluster import embedded
from seatrial.cluster.embedded import cgroups, events, preflight, state
from seatrial.cluster.embedded.layout import layout
from seatrial.errors import SeatrialError
from seatrial.progress import LineProgress

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster.embedded import EmbeddedCluster
    from seatrial.cluster.embedded.state import Process
    from tests.embedded.conftest import Live

pytestmark = pytest.mark.cluster


def outer_of(name: str) -> Process:
    """Give the cluster's outer process."""
    known = state.read(layout(name))
    assert known is not None
    return known.outer


def watcher_of(name: str) -> psutil.Process:
    """Give the cluster's watcher: the parent of the outer process."""
    parent = psutil.Process(outer_of(name).pid).parent()
    assert parent is not None
    assert "seatrial.cluster.embedded.watcher" in parent.cmdline()
    return parent


def node_process(name: str, program: str) -> psutil.Process:
    """Give the node's process that runs ``program``."""
    inside = cgroups.processes(layout(name).cgroup, cgroups.hierarchies())
    return next(
        process for process in map(psutil.Process, inside) if process.cmdline()[1:2] == [program]
    )


def is_ready(name: str, component: str) -> bool:
    """Look whether the node has said that the component is ready."""
    happened = events.read(layout(name).events)
    return any(item.component == component and item.kind == "ready" for item in happened)


def test_down_leaves_nothing(live: Live, name: str) -> None:
    """After `down` the host has no process, mount, device, rule, route, cgroup or key of it."""
    before = live.host_traces()
    live.bring_up(name)
    traces = live.traces(name)
    assert len(traces.pids) > 10
    assert live.host_traces() == before, "a running cluster is invisible, too"
    embedded.down(name, progress=LineProgress())
    assert traces.left() == []
    assert live.host_traces() == before
    assert embedded.status(name) is None


def test_kill_of_the_outer_process_ends_everything(live: Live, name: str) -> None:
    """SIGKILL of the one outer process leaves nothing after 2 s, and the next start works."""
    before = live.host_traces()
    live.bring_up(name)
    traces = live.traces(name)
    outer_of(name).kill()
    traces.assert_gone()
    assert live.host_traces() == before
    assert embedded.status(name) is None
    assert embedded.status(live.bring_up(name).name) is not None


@pytest.mark.parametrize("moment", ["", "node", "etcd", "containerd", "kube-apiserver", "kubelet"])
def test_kill_of_the_outer_process_during_the_start(live: Live, name: str, moment: str) -> None:
    """At each moment of a start, too: the start says so, and nothing stays."""
    with live.start_up(name) as starting:
        live.wait_until(
            lambda: state.read(layout(name)) is not None and (not moment or is_ready(name, moment)),
            f"ready: {moment}",
            60,
        )
        traces = live.traces(name)
        outer_of(name).kill()
        said = starting.communicate(timeout=30)[1]
    assert starting.returncode != 0
    assert "ended" in said
    assert "Traceback" not in said
    traces.assert_gone()


@pytest.mark.parametrize("moment", ["", "etcd", "kubelet"])
def test_kill_of_the_starter_ends_what_it_started(live: Live, name: str, moment: str) -> None:
    """A start whose own process is killed leaves no half cluster behind."""
    with live.start_up(name) as starting:
        live.wait_until(
            lambda: state.read(layout(name)) is not None and (not moment or is_ready(name, moment)),
            f"ready: {moment}",
            60,
        )
        traces = live.traces(name)
        starting.send_signal(signal.SIGKILL)
        starting.communicate(timeout=10)
    traces.assert_gone()


def test_an_interrupt_undoes_the_start(live: Live, name: str) -> None:
    """Ctrl-C during a start leaves nothing."""
    with live.start_up(name) as starting:
        live.wait_until(lambda: is_ready(name, "etcd"), "etcd is ready", 60)
        traces = live.traces(name)
        starting.send_signal(signal.SIGINT)
        starting.communicate(timeout=30)
    assert starting.returncode == -signal.SIGINT
    traces.assert_gone()


def test_the_owners_death_ends_the_cluster(live: Live, name: str) -> None:
    """A cluster made for a process goes when that process is killed."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        live.bring_up(name, owner_pid=owner.pid)
        traces = live.traces(name)
        owner.kill()
        owner.wait(10)
        traces.assert_gone()


def test_a_cluster_without_owner_outlives_its_starter(live: Live, name: str) -> None:
    """`seatrial cluster up` returns and the cluster stays."""
    with live.start_up(name) as starting:
        assert starting.wait(90) == 0, starting.stderr
    assert embedded.status(name) is not None
    assert outer_of(name).alive()


def test_a_dead_watchers_work_is_done_by_the_next_start(live: Live, name: str) -> None:
    """Watcher and cluster killed at once: the next `up` clears up and works."""
    first = live.bring_up(name)
    traces = live.traces(name)
    watcher = watcher_of(name)
    watcher.kill()
    watcher.wait(10)
    assert embedded.status(name) == first, "the cluster lives on without its watcher"
    outer_of(name).kill()
    live.wait_until(lambda: embedded.status(name) is None, "the cluster is down", 10)
    second = live.bring_up(name)
    assert not traces.pids & live.traces(name).pids
    assert "Ready" in live.kubectl(second, "get", "nodes")


@pytest.mark.parametrize("program", ["etcd", "kube-controller-manager"])
def test_the_death_of_a_component_ends_the_cluster_and_is_told(
    live: Live, name: str, program: str
) -> None:
    """No half cluster lives on: it ends whole, and its account names the component."""
    live.bring_up(name)
    traces = live.traces(name)
    node_process(name, program).kill()
    traces.assert_gone()
    last = events.read(layout(name).events)[-1]
    assert (last.component, last.why) == (program, "it was killed by signal 9")


def test_a_component_that_dies_during_the_start_is_named(live: Live, name: str) -> None:
    """The start fails with the component's name, the end of its log and the log's path."""
    with live.start_up(name) as starting:
        live.wait_until(lambda: is_ready(name, "etcd"), "etcd is ready", 60)
        traces = live.traces(name)
        node_process(name, "etcd").kill()
        said = starting.communicate(timeout=30)[1]
    assert "etcd: it was killed by signal 9" in said
    assert str(layout(name).logs / "etcd.log") in said
    traces.assert_gone()


def test_two_clusters_live_side_by_side(live: Live, name: str, cluster: EmbeddedCluster) -> None:
    """Two names are two clusters: each has its own node, and one's end is not the other's."""
    second = live.bring_up(name)
    assert f"seatrial-{name}" in live.kubectl(second, "get", "nodes")
    assert f"seatrial-{name}" not in live.kubectl(cluster, "get", "nodes")
    outer_of(name).kill()
    live.traces(name).assert_gone()
    assert f"{cluster.context}   Ready" in live.kubectl(cluster, "get", "nodes")


def test_a_taken_port_fails_the_start_and_leaves_nothing(live: Live, name: str) -> None:
    """The wanted port is another's: the error says so, and nothing was started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SeatrialError, match=f"port {port}"):
            embedded.up(name, images=(), progress=LineProgress(), api_port=port)
    assert live.traces(name).left() == []


def test_a_killed_import_leaves_no_process_and_no_store(
    live: Live, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import ends with the start that asked for it; the next start imports anew and works."""
    cache = tmp_path / "seatrial"
    cache.mkdir()
    (cache / "programs").symlink_to(cache_root() / "programs")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with live.start_up(name) as starting:
        live.wait_until(lambda: bool(list(cache.glob("stores/*.part/*"))), "an import", 60)
        starting.send_signal(signal.SIGKILL)
        starting.communicate(timeout=10)
    live.wait_until(lambda: not processes_with(str(cache)), "no importer", 2)
    assert not [path for path in cache.glob("stores/*") if path.is_dir() and not path.suffix]
    assert "Ready" in live.kubectl(live.bring_up(name), "get", "nodes")


def test_a_full_disk_fails_the_start_and_leaves_nothing(
    live: Live, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a cache without space the start says so, whenever it is met, and undoes itself."""
    tiny = tmp_path / "tiny"
    tiny.mkdir()
    monkeypatch.setattr(preflight, "check_space", lambda _: None)
    mount = ("mount", "-t", "tmpfs", "-o", "size=256k", "t", str(tiny))
    subprocess.run(mount, check=True, timeout=10)
    try:
        (tiny / "seatrial").mkdir()
        (tiny / "seatrial" / "programs").symlink_to(cache_root() / "programs")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tiny))
        with pytest.raises(SeatrialError, match="no space left"):
            live.bring_up(name)
    finally:
        subprocess.run(("umount", str(tiny)), check=True, timeout=10)  # noqa: S607 - from PATH
    assert live.traces(name).left() == []


def processes_with(word: str) -> list[psutil.Process]:
    """List the processes whose command line has ``word``."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if word in " ".join(process.info["cmdline"] or ())
    ]
