"""However a node of several ends, nothing of it stays, and only what must go with it goes."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import psutil
import pytest

from seatrial.cluster import embedded
from seatrial.cluster.embedded import events, state
from seatrial.cluster.embedded.layout import layout
from seatrial.errors import UsageError
from seatrial.progress import LineProgress

if TYPE_CHECKING:
    from seatrial.cluster.embedded.state import Process
    from tests.embedded.conftest import Live

# They kill: `make kills` repeats them, too.
pytestmark = [pytest.mark.nodes, pytest.mark.kills]


def outer_of(name: str, number: int) -> Process:
    """Give the outer process of one node."""
    known = state.read(layout(name).node(number))
    assert known is not None
    return known.outer


def watcher_of(name: str, number: int) -> psutil.Process:
    """Give the watcher of one node: the parent of its outer process."""
    parent = psutil.Process(outer_of(name, number).pid).parent()
    assert parent is not None
    assert "seatrial.cluster.embedded.watcher" in parent.cmdline()
    return parent


def test_down_leaves_nothing_of_any_node(live: Live, name: str) -> None:
    """After `down` the host has no process, mount, device, rule, route, cgroup or key of them."""
    before = live.host_traces()
    live.bring_up(name, node_count=3)
    traces = live.traces(name)
    assert len(traces.pids) > 20
    assert live.host_traces() == before, "a running cluster is invisible, too"
    embedded.down(name, progress=LineProgress())
    assert traces.left() == []
    assert live.host_traces() == before


def test_kill_of_the_first_outer_process_ends_all_nodes(live: Live, name: str) -> None:
    """SIGKILL of that one process leaves nothing of any node, and the next start works."""
    live.bring_up(name, node_count=3)
    traces = live.traces(name)
    outer_of(name, 1).kill()
    traces.assert_gone()
    assert embedded.status(name) is None
    again = live.bring_up(name, node_count=3)
    assert live.kubectl(again, "get", "nodes").count(" Ready ") == 3


def test_without_any_watcher_the_first_node_still_takes_all_with_it(live: Live, name: str) -> None:
    """The kernel ends the further nodes' processes; the next start clears up the rest."""
    live.bring_up(name, node_count=3)
    traces = live.traces(name)
    watchers = [watcher_of(name, number) for number in (1, 2, 3)]
    for watcher in watchers:
        watcher.kill()
    psutil.wait_procs(watchers, timeout=10)
    outer_of(name, 1).kill()
    live.wait_until(
        lambda: not [item for item in traces.left() if item.startswith("process")],
        "no process",
        2,
        traces.left,
    )
    again = live.bring_up(name)
    assert live.kubectl(again, "get", "nodes").count(" Ready ") == 1


def test_kill_of_a_further_outer_process_ends_that_node_alone(live: Live, name: str) -> None:
    """SIGKILL from anybody is as good as `lose_node`: the node goes whole, the others stay."""
    cluster = live.bring_up(name, node_count=3)
    second, everything = live.traces(name, 2), live.traces(name)
    outer_of(name, 2).kill()
    second.assert_gone()
    watcher_of(name, 1)
    gone = {int(item.split()[1]) for item in gone_of(everything.pids)}
    assert gone == second.pids
    assert [node.pid is None for node in embedded.nodes(name)] == [False, True, False]
    links = live.inside(cluster.node_pid, "ip", "-brief", "link")
    assert "node-2" not in links
    assert "node-3" in links
    assert live.bring_up(name, node_count=3) == cluster
    assert [node.pid is None for node in embedded.nodes(name)] == [False, False, False]


def gone_of(pids: frozenset[int]) -> list[str]:
    """List the processes that are gone."""
    return [f"process {pid}" for pid in pids if not psutil.pid_exists(pid)]


def test_a_node_without_its_watcher_can_be_lost_and_come_back(live: Live, name: str) -> None:
    """Losing it clears up what its watcher would have."""
    live.bring_up(name, node_count=2)
    second = embedded.nodes(name)[1].name
    traces = live.traces(name, 2)
    watcher_of(name, 2).kill()
    embedded.lose_node(name, second)
    assert traces.left() == []
    assert embedded.return_node(name, second, progress=LineProgress()) is True
    assert embedded.return_node(name, second, progress=LineProgress()) is False


@pytest.mark.parametrize("moment", ["node", "containerd", "kubelet"])
def test_kill_of_the_starter_ends_further_nodes_too(live: Live, name: str, moment: str) -> None:
    """A start that is killed while a further node comes up leaves no half cluster."""
    with live.start_up(name, node_count=3) as starting:
        live.wait_until(lambda: is_ready(name, moment), f"node 3 has its {moment}", 60)
        traces = live.traces(name)
        starting.send_signal(signal.SIGKILL)
        starting.communicate(timeout=10)
    traces.assert_gone()


def is_ready(name: str, component: str) -> bool:
    """Look whether the third node has said that the component is ready."""
    happened = events.read(layout(name).node(3).events)
    return any(item.component == component and item.kind == "ready" for item in happened)


def test_a_further_nodes_death_during_the_start_fails_it(live: Live, name: str) -> None:
    """The start says which node, and nothing stays."""
    with live.start_up(name, node_count=3) as starting:
        live.wait_until(lambda: is_ready(name, "node"), "node 3 is set up", 60)
        traces = live.traces(name)
        outer_of(name, 3).kill()
        said = starting.communicate(timeout=60)[1]
    assert starting.returncode != 0
    assert str(layout(name).node(3).logs) in said
    assert "Traceback" not in said
    traces.assert_gone()


def test_what_can_not_be_is_refused(live: Live, name: str) -> None:
    """The first node, a node that is none, one that is lost, and another number of nodes."""
    live.bring_up(name, node_count=2)
    first, second = (node.name for node in embedded.nodes(name))
    progress = LineProgress()
    with pytest.raises(UsageError, match="the first node, which has the control plane"):
        embedded.lose_node(name, first)
    with pytest.raises(UsageError, match="the first node, which has the control plane"):
        embedded.return_node(name, first, progress=progress)
    with pytest.raises(UsageError, match=f"there are {second}"):
        embedded.lose_node(name, f"{first}-9")
    embedded.lose_node(name, second)
    with pytest.raises(UsageError, match="it is lost already"):
        embedded.lose_node(name, second)
    with pytest.raises(UsageError, match="it is up with 2"):
        live.bring_up(name, node_count=3)
