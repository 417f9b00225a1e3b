"""Starts one cluster, step by step, from a swept ground to a Ready node and DNS.

It undoes nothing: its caller sweeps if it raises.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import addons, certificates, readiness, settings, state, store
from seatrial.cluster.embedded.order import Order
from seatrial.cluster.embedded.running import EmbeddedCluster, find
from seatrial.cluster.embedded.state import Process
from seatrial.errors import SeatrialError, UsageError

if TYPE_CHECKING:
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


def launch(plan: Launch, progress: Progress) -> EmbeddedCluster:
    """Start the cluster and wait until API, node and CoreDNS are Ready.

    Raises `SeatrialError` naming the step, the component that failed and the end of its log.
    """
    place = plan.place
    with _listen(plan.api_port) as listener:
        port: int = listener.getsockname()[1]
        with progress.step("certificates and configuration"):
            _write_files(plan, port)
        watcher = _start_watcher(plan, listener, port)
    for component, label in _STEPS:
        with progress.step(label):
            readiness.wait_component(place, component, watcher)
    with progress.step("DNS and metrics manifests"), readiness.blame(place, watcher):
        addons.deploy(place, plan.programs.node_image_name)
    with progress.step("node Ready"):
        readiness.wait_node(place, port, watcher)
    with progress.step("CoreDNS Ready"):
        readiness.wait_dns(place, port, watcher)
    return _commit(place)


def _write_files(plan: Launch, port: int) -> None:
    """Write everything the node reads. Whatever is there is of an earlier start: it goes first."""
    place = plan.place
    if place.data.exists():
        shutil.rmtree(place.data)
    for directory in (place.state, place.data, place.pki, place.conf, place.logs):
        directory.mkdir(parents=True, exist_ok=True)
    # The keys are inside, and logs may hold what pods say.
    place.data.chmod(0o700)
    certificates.write(place.pki, place.node_name)
    settings.write_all(place, plan.programs.pause_image_name)
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


def _start_watcher(plan: Launch, listener: socket.socket, port: int) -> Process:
    """Start the watcher in a session of its own, so that no signal to this group reaches it."""
    place = plan.place
    order = Order(
        name=place.name,
        cache=str(place.cache),
        binary=str(plan.programs.binary),
        store=str(plan.image_store),
        listener=listener.fileno(),
        api_port=port,
        starter=_process(os.getpid()),
        owner=None if plan.owner_pid is None else _process(plan.owner_pid),
    )
    with (place.logs / "node.log").open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-P", "-m", "seatrial.cluster.embedded.watcher", order.to_json()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            pass_fds=[order.listener],
            start_new_session=True,
        )
    found = _process(started.pid)
    # It outlives this call. Should it end before this process does, it leaves no zombie.
    threading.Thread(target=started.wait, name="reap the watcher", daemon=True).start()
    return found


def _process(pid: int) -> Process:
    found = Process.of(pid)
    if found is None:
        raise UsageError(
            "tie the cluster to a process",
            got=f"no process {pid}",
            expected="one that lives",
            mend="give the pid of a running process as its owner",
        )
    return found


def _environment() -> dict[str, str]:
    """Give the node's environment: none of the user's proxies, credentials or Go settings."""
    kept = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {"PATH": path, "HOME": "/root", "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"} | kept


def _commit(place: Layout) -> EmbeddedCluster:
    """Say in the state that the cluster is up: from here on it outlives its starter."""
    known = state.read(place)
    if known is None:
        raise _gone(place)
    children = Path(f"/proc/{known.outer.pid}/task/{known.outer.pid}/children")
    try:
        node_pid = int(children.read_text().split()[0])
    except (OSError, IndexError) as error:
        raise _gone(place) from error
    state.write(place, replace(known, phase="up", node_pid=node_pid))
    running = find(place)
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
