"""Starts one further node, from a swept ground to Ready, in a cluster whose first node runs.

It undoes nothing of a start that fails: its caller sweeps. The caller holds the name's lock.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import readiness, spawn, state, store
from seatrial.cluster.embedded.order import Order
from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from seatrial.cluster.embedded.layout import Layout
    from seatrial.cluster.embedded.state import Process, State

#: The node's own set-up, then its components.
_STEPS = ("node", "containerd", "kubelet", "kube-proxy")


@dataclass(frozen=True, slots=True)
class Begun:
    """A further node on its way up: its watcher, and when it was started (seconds of the epoch)."""

    node: Layout
    watcher: Process
    api_port: int
    since: float


def begin(node: Layout) -> Begun:
    """Start the node; `finish` waits for it. Its configuration must have been written.

    Raises `SeatrialError` if the first node is gone.
    """
    first = state.read(node.node(1))
    if first is None or not first.outer.alive():
        raise _gone(node, "the cluster has ended")
    node.events.unlink(missing_ok=True)
    store.clone(Path(first.store), node.containerd)
    since = time.time()
    return Begun(node, spawn.start_watcher(_order(node, first), node), first.api_port, since)


def finish(begun: Begun) -> None:
    """Wait until the node is Ready; `SeatrialError` names the component that failed."""
    node, watcher = begun.node, begun.watcher
    for component in _STEPS:
        readiness.wait_component(node, component, watcher)
    readiness.wait_node(node, begun.api_port, watcher, since=begun.since)
    if not spawn.commit(node):
        raise _gone(node, "its outer process ended at the last moment")


def _order(node: Layout, first: State) -> Order:
    return Order(
        name=node.name,
        cache=first.cache,
        binary=first.binary,
        store=first.store,
        listener=-1,
        api_port=first.api_port,
        starter=spawn.process(os.getpid()),
        owner=first.outer,
        number=node.number,
        nodes=first.nodes,
    )


def _gone(node: Layout, got: str) -> SeatrialError:
    return SeatrialError(
        f"start the node {node.node_name}",
        got=got,
        expected="it to stay",
        mend=f"see {node.logs}, then bring it up again",
    )
