"""Brings clusters up and down: the order of everything, and undoing it when a step fails."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import (
    addons,
    certificates,
    cgroups,
    loading,
    packages,
    preflight,
    programs,
    readiness,
    settings,
    state,
    store,
)
from seatrial.cluster.embedded.layout import Layout, cache_root, layout
from seatrial.cluster.embedded.order import Order
from seatrial.cluster.embedded.state import Process
from seatrial.cluster.embedded.sweep import sweep
from seatrial.errors import SeatrialError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.progress import Progress

_LOCK_TIMEOUT_S = 1800.0
_WATCHER_DEADLINE_S = 15.0
#: In the order in which they become ready, which is also the order they are reported in.
_STEPS = (
    ("node", "namespaces, mounts and network"),
    ("etcd", "etcd"),
    ("containerd", "containerd"),
    ("kube-apiserver", "API server"),
    ("relay", "API relay on loopback"),
)


@dataclass(frozen=True, slots=True)
class EmbeddedCluster:
    """A cluster that is up. Load enters the network namespace of ``node_pid``, the node's PID 1.

    ``kubeconfig`` is the admin's, with ``context`` as its only one; the API server listens on
    ``api_port`` of loopback.
    """

    name: str
    kubeconfig: Path
    context: str
    node_pid: int
    api_port: int


def prepare_machine(progress: Progress) -> None:
    """Check that this machine can carry a cluster, and install the Debian packages it lacks.

    `up` does so by itself; building the workload's images needs it done before.
    """
    with progress.step("check this machine"):
        preflight.check(cache_root())
    packages.ensure(progress)


def up(
    name: str,
    *,
    images: Sequence[Path],
    progress: Progress,
    owner_pid: int | None = None,
    api_port: int = 0,
) -> EmbeddedCluster:
    """Bring the cluster ``name`` up with the workload's ``images`` (archives); a no-op if it is up.

    With ``owner_pid`` the cluster ends when that process does. ``api_port`` 0 takes a free one.
    Needs root. Raises `SeatrialError` naming the step that failed; what it started is undone.
    """
    place = layout(name)
    with state.lock(place, timeout_s=_LOCK_TIMEOUT_S):
        prepare_machine(progress)
        built = programs.build(place.cache, progress)
        archives = [*images, built.node_image, built.pause_image]
        running = _running(place)
        if running is not None:
            return _bring_images(place, running, archives, progress)
        image_store = store.prepare(place.cache, archives, progress)
        with progress.step("clear the ground"):
            sweep(place)
            preflight.check_kernel()
        try:
            return _start(place, built, image_store, owner_pid, api_port, progress)
        except BaseException:
            sweep(place)
            raise


def down(name: str, *, progress: Progress) -> None:
    """End the cluster ``name`` and remove what is left of it; nothing happens if there is none."""
    place = layout(name)
    with state.lock(place, timeout_s=_LOCK_TIMEOUT_S), progress.step(f"end the cluster {name!r}"):
        known = state.read(place)
        sweep(place if known is None else replace(place, cache=Path(known.cache)))


def status(name: str) -> EmbeddedCluster | None:
    """Give the cluster if it is up; None if it is not, or has not come up yet."""
    return _running(layout(name))


def kubeconfig(name: str) -> Path:
    """Give the admin kubeconfig of the cluster ``name``; `UsageError` if it is not up."""
    running = status(name)
    if running is None:
        raise _not_up(f"find the kubeconfig of the embedded cluster {name!r}", name)
    return running.kubeconfig


def load_image(name: str, file: Path, *, progress: Progress) -> tuple[str, ...]:
    """Load the archive ``file`` into the cluster ``name``, and give the images' complete names."""
    running = status(name)
    if running is None:
        raise _not_up(f"load {file} into the embedded cluster {name!r}", name)
    with progress.step(f"load {file.name}"):
        return loading.load(running.node_pid, file)


def _not_up(attempt: str, name: str) -> UsageError:
    return UsageError(
        attempt,
        got="no such cluster is up",
        expected="one that is",
        mend=f"seatrial cluster up --name {name}",
    )


def _running(place: Layout) -> EmbeddedCluster | None:
    known = state.read(place)
    if known is None or known.phase != "up" or not known.outer.alive():
        return None
    return EmbeddedCluster(
        place.name, place.kubeconfig, place.node_name, known.node_pid, known.api_port
    )


def _bring_images(
    place: Layout, running: EmbeddedCluster, archives: Sequence[Path], progress: Progress
) -> EmbeddedCluster:
    """Load into a cluster that is up what it was not started with."""
    known = state.read(place)
    key = store.key(archives)
    if known is not None and known.images != key:
        for archive in archives:
            with progress.step(f"load {archive.name}"):
                loading.load(running.node_pid, archive)
        state.write(place, replace(known, images=key))
    return running


def _start(
    place: Layout,
    built: programs.Programs,
    image_store: Path,
    owner_pid: int | None,
    api_port: int,
    progress: Progress,
) -> EmbeddedCluster:
    with _listen(api_port) as listener:
        port: int = listener.getsockname()[1]
        with progress.step("certificates and configuration"):
            _prepare(place, built, image_store, port)
        order = Order(
            name=place.name,
            cache=str(place.cache),
            binary=str(built.binary),
            store=str(image_store),
            images=image_store.name,
            listener=listener.fileno(),
            api_port=port,
            starter=_process(os.getpid()),
            owner=None if owner_pid is None else _process(owner_pid),
        )
        watcher = _start_watcher(place, order)
    for component, label in _STEPS:
        with progress.step(label):
            readiness.wait_component(place, component, watcher)
    with progress.step("DNS and metrics manifests"):
        addons.deploy(place, built.node_image_name)
    with progress.step("node Ready"):
        readiness.wait_node(place, port, watcher)
    with progress.step("CoreDNS Ready"):
        readiness.wait_dns(place, port, watcher)
    return _commit(place)


def _prepare(place: Layout, built: programs.Programs, image_store: Path, port: int) -> None:
    """Write everything the node reads. Whatever is there is of an earlier start: it goes first."""
    if place.data.exists():
        shutil.rmtree(place.data)
    for directory in (place.state, place.data, place.pki, place.conf, place.logs):
        directory.mkdir(parents=True, exist_ok=True)
    # The keys are inside; the logs may hold what pods say.
    place.data.chmod(0o700)
    certificates.write(place.pki, place.node_name)
    settings.write_all(place, built.pause_image_name)
    settings.write_kubeconfig(place, "admin", place.kubeconfig, f"https://127.0.0.1:{port}")
    store.clone(image_store, place.containerd)
    cgroups.create(place.cgroup, cgroups.hierarchies())


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise SeatrialError(
            f"listen on port {port} of loopback for the API server",
            got=str(error),
            expected="a free port",
            mend="give another --api-port, or none to take a free one",
        ) from error
    return listener


def _process(pid: int) -> Process:
    found = Process.of(pid)
    if found is None:
        raise UsageError(
            "watch the cluster's owner",
            got=f"no process {pid}",
            expected="a process that lives",
            mend="give the pid of a running process",
        )
    return found


def _start_watcher(place: Layout, order: Order) -> Process:
    """Start the watcher in a session of its own, so that no signal to this group reaches it."""
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
    return _process(started.pid)


def _environment() -> dict[str, str]:
    """Give the node's environment: none of the user's proxies, credentials or Go settings."""
    kept = {name: os.environ[name] for name in ("PYTHONPATH", "VIRTUAL_ENV") if name in os.environ}
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {"PATH": path, "HOME": "/root", "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"} | kept


def _commit(place: Layout) -> EmbeddedCluster:
    """Say in the state that the cluster is up: from here on it outlives its starter."""
    known = state.read(place)
    if known is None:
        raise SeatrialError("commit the cluster's start", got="its state is gone")
    children = Path(f"/proc/{known.outer.pid}/task/{known.outer.pid}/children").read_text()
    state.write(place, replace(known, phase="up", node_pid=int(children.split()[0])))
    running = _running(place)
    if running is None:
        raise SeatrialError("commit the cluster's start", got="its outer process is gone")
    return running
