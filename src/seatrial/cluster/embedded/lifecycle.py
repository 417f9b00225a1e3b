"""Brings clusters up and down: which, under whose lock, and undoing a start that failed.

How a start goes is `launch`'s; how an end, `sweep`'s.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cache import cache_root
from seatrial.cluster.embedded import (
    loading,
    packages,
    preflight,
    programs,
    roster,
    state,
    store,
    system,
)
from seatrial.cluster.embedded.launch import Launch, launch
from seatrial.cluster.embedded.layout import MOST_NODES, layout
from seatrial.cluster.embedded.running import EmbeddedCluster, find, up_or_raise
from seatrial.cluster.embedded.sweep import sweep
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster.embedded.layout import Layout
    from seatrial.progress import Progress

#: Another may be building Kubernetes for the same name.
_LOCK_TIMEOUT_S = 2700.0


def prepare_machine(progress: Progress) -> None:
    """Check that this machine can carry a cluster, and install the Debian packages it lacks.

    `up` does so by itself; building the workload's images needs it done before.
    """
    preflight.require_root("bring up an embedded cluster")
    preflight.check(cache_root())
    packages.ensure(progress)


def up(
    name: str,
    *,
    images: Sequence[Path],
    progress: Progress,
    owner_pid: int | None = None,
    api_port: int = 0,
    node_count: int | None = None,
) -> EmbeddedCluster:
    """Bring the cluster ``name`` up with the workload's ``images`` (archives); a no-op if it is up.

    The answer's ``fresh`` tells whether this call started it. ``node_count`` None takes what is
    there, or else one. A further node that is lost comes back.
    With ``owner_pid`` the cluster ends when that process does. ``api_port`` 0 takes a free one.
    Needs root. Raises `SeatrialError` naming the step that failed; what it started is undone.
    """
    place = layout(name)
    _check_count(node_count)
    prepare_machine(progress)
    with state.lock(place, timeout_s=_LOCK_TIMEOUT_S), system.errors_told(place):
        built = programs.build(place.cache, progress)
        archives = (*images, built.node_image, built.pause_image)
        running = find(place)
        if running is not None:
            _check_same_count(place, node_count)
            roster.return_lost(place, progress)
            _bring_images(place, archives, progress)
            return running
        with store.prepared(place.cache, archives, progress) as image_store:
            try:
                sweep(place)
                preflight.check_kernel()
                plan = Launch(place, built, image_store, owner_pid, api_port, node_count or 1)
                return replace(launch(plan, progress), fresh=True)
            except BaseException:
                # Whatever it was, an interrupt too: nothing of this start may stay.
                sweep(place)
                raise


def down(name: str, *, progress: Progress) -> None:
    """End the cluster ``name`` and remove all of it, logs too; does nothing if there is none."""
    preflight.require_root("end an embedded cluster")
    place = layout(name)
    with state.lock(place, timeout_s=_LOCK_TIMEOUT_S), progress.step(f"end the cluster {name}"):
        known = state.read(place)
        # It may have been started from another cache.
        found = place if known is None else replace(place, cache=Path(known.cache))
        sweep(found)
        # The logs, too: whoever ends a cluster needs no account of its end.
        shutil.rmtree(found.data, ignore_errors=True)


def status(name: str) -> EmbeddedCluster | None:
    """Give the cluster if it is up; None if it is not, or has not come up yet."""
    return find(layout(name))


def kubeconfig(name: str) -> Path:
    """Give the admin kubeconfig of the cluster ``name``; `UsageError` if it is not up."""
    return up_or_raise(f"find the kubeconfig of the embedded cluster {name!r}", name).kubeconfig


def load_image(name: str, file: Path, *, progress: Progress) -> tuple[str, ...]:
    """Load the archive ``file`` into each node of ``name``, and give the images' complete names."""
    attempt = f"load {file} into the embedded cluster {name!r}"
    preflight.require_root(attempt)
    up_or_raise(attempt, name)
    with progress.step(f"load {file.name}"):
        names = [loading.load(pid, file) for pid in roster.living_pids(layout(name))]
    return names[0]


def _check_count(count: int | None) -> None:
    if count is not None and not 1 <= count <= MOST_NODES:
        raise UsageError(
            "bring up an embedded cluster",
            got=f"{count} nodes",
            expected=f"1 to {MOST_NODES}",
            mend="give another --nodes",
        )


def _check_same_count(place: Layout, wanted: int | None) -> None:
    known = state.read(place)
    if known is not None and wanted not in (None, known.nodes):
        raise UsageError(
            f"bring up the embedded cluster {place.name!r} with {wanted} nodes",
            got=f"it is up with {known.nodes}",
            expected="the same number, or a cluster that is not up",
            mend=f"seatrial cluster down --name {place.name}, or give another --name",
        )


def _bring_images(place: Layout, archives: Sequence[Path], progress: Progress) -> None:
    """Load into a cluster that is up what it was not started with."""
    known = state.read(place)
    key = store.key(archives)
    if known is None or known.images == key:
        return
    for archive in archives:
        with progress.step(f"load {archive.name}"):
            for pid in roster.living_pids(place):
                loading.load(pid, archive)
    state.write(place, replace(known, images=key))
