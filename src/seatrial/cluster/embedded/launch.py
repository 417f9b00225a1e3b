"""Starts one cluster, step by step, from a swept ground to a Ready node and DNS.

It undoes nothing: its caller sweeps if it raises.
"""

from __future__ import annotations

import os
import shutil
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import (
    addons,
    certificates,
    further,
    readiness,
    settings,
    spawn,
    store,
)
from seatrial.cluster.embedded.order import Order
from seatrial.cluster.embedded.running import EmbeddedCluster, find
from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster.embedded.layout import Layout
    from seatrial.cluster.embedded.programs import Programs
    from seatrial.progress import Progress

#: In the order in which they become ready, which is also the order they are reported in.
_STEPS = (
    ("node", "namespaces, mounts, network"),
    ("etcd", "etcd"),
    ("containerd", "containerd"),
    ("kube-apiserver", "API server"),
    ("relay", "API relay on loopback"),
)


@dataclass(frozen=True, slots=True)
class Launch:
    """What a start needs to know. ``api_port`` 0 takes a free one."""

    place: Layout
    programs: Programs
    image_store: Path
    owner_pid: int | None
    api_port: int
    nodes: int = 1


def launch(plan: Launch, progress: Progress) -> EmbeddedCluster:
    """Start the cluster and wait until API, node and CoreDNS are Ready.

    Raises `SeatrialError` naming the step, the component that failed and the end of its log.
    """
    place = plan.place
    with _listen(plan.api_port) as listener:
        port: int = listener.getsockname()[1]
        with progress.step("certificates and configuration"):
            _write_files(plan, port)
        watcher = spawn.start_watcher(_order(plan, listener, port), place)
    for component, label in _STEPS:
        with progress.step(label):
            readiness.wait_component(place, component, watcher)
    # Started here, they come up beside the first one.
    others = [further.begin(node) for node in place.nodes(plan.nodes)[1:]]
    with progress.step("DNS and metrics manifests"), readiness.blame(place, watcher):
        addons.deploy(place, plan.programs.node_image_name)
    with progress.step("node Ready"):
        readiness.wait_node(place, port, watcher)
    with progress.step("CoreDNS Ready"):
        readiness.wait_dns(place, port, watcher)
    for other in others:
        step = progress.step(f"node {other.node.node_name} Ready")
        with step, readiness.blame(place, watcher):
            further.finish(other)
    return _commit(place)


def _write_files(plan: Launch, port: int) -> None:
    """Write everything the node reads. Whatever is there is of an earlier start: it goes first."""
    place = plan.place
    if place.data.exists():
        shutil.rmtree(place.data)
    nodes = place.nodes(plan.nodes)
    parts = [part for node in nodes for part in (node.conf, node.logs)]
    for directory in (place.state, place.data, place.pki, *parts):
        directory.mkdir(parents=True, exist_ok=True)
    # The keys are inside, and logs may hold what pods say.
    place.data.chmod(0o700)
    certificates.write(place.pki, nodes)
    for node in nodes:
        settings.write_all(node, plan.programs.pause_image_name, nodes=plan.nodes)
    settings.write_kubeconfig(place, "admin", place.kubeconfig, f"https://127.0.0.1:{port}")
    store.clone(plan.image_store, place.containerd)


def _listen(port: int) -> socket.socket:
    """Listen in the host's network namespace: whoever inherits the socket keeps that."""
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise SeatrialError(
            f"listen on port {port} of loopback for the API server",
            got=str(error),
            expected="a free port",
            mend="give another --api-port, or none to take a free one",
        ) from error
    return listener


def _order(plan: Launch, listener: socket.socket, port: int) -> Order:
    place = plan.place
    return Order(
        name=place.name,
        cache=str(place.cache),
        binary=str(plan.programs.binary),
        store=str(plan.image_store),
        listener=listener.fileno(),
        api_port=port,
        starter=spawn.process(os.getpid()),
        owner=None if plan.owner_pid is None else spawn.process(plan.owner_pid),
        nodes=plan.nodes,
    )


def _commit(place: Layout) -> EmbeddedCluster:
    """Say in the state that the cluster is up: from here on it outlives its starter."""
    running = find(place) if spawn.commit(place) else None
    if running is None:
        raise _gone(place)
    return running


def _gone(place: Layout) -> SeatrialError:
    return SeatrialError(
        f"finish the start of the cluster {place.name!r}",
        got="its outer process ended at the last moment",
        expected="it to stay",
        mend=f"see {place.logs}, then bring it up again",
    )
