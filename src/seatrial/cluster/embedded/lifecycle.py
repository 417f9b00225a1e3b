"""Brings clusters up and down: which, under whose lock, and undoing a start that failed.

How a start goes is `launch`'s; how an end, `sweep`'s.
"""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cache import cache_root
from seatrial.cluster.embedded import loading, packages, preflight, programs, state, store
from seatrial.cluster.embedded.launch import Launch, launch
from seatrial.cluster.embedded.layout import layout
from seatrial.cluster.embedded.running import EmbeddedCluster, find
from seatrial.cluster.embedded.sweep import sweep
from seatrial.errors import SeatrialError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
) -> EmbeddedCluster:
    """Bring the cluster ``name`` up with the workload's ``images`` (archives); a no-op if it is up.

    The answer's ``fresh`` tells whether this call started it.
    With ``owner_pid`` the cluster ends when that process does. ``api_port`` 0 takes a free one.
    Needs root. Raises `SeatrialError` naming the step that failed; what it started is undone.
    """
    place = layout(name)
    prepare_machine(progress)
    with state.lock(place, timeout_s=_LOCK_TIMEOUT_S), _system_errors_told(place):
        built = programs.build(place.cache, progress)
        archives = (*images, built.node_image, built.pause_image)
        running = find(place)
        if running is not None:
            _bring_images(place, running, archives, progress)
            return running
        with store.prepared(place.cache, archives, progress) as image_store:
            try:
                sweep(place)
                preflight.check_kernel()
                plan = Launch(place, built, image_store, owner_pid=owner_pid, api_port=api_port)
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
    return _up_or_raise(f"find the kubeconfig of the embedded cluster {name!r}", name).kubeconfig


def load_image(name: str, file: Path, *, progress: Progress) -> tuple[str, ...]:
    """Load the archive ``file`` into the cluster ``name``, and give the images' complete names."""
    attempt = f"load {file} into the embedded cluster {name!r}"
    preflight.require_root(attempt)
    running = _up_or_raise(attempt, name)
    with progress.step(f"load {file.name}"):
        return loading.load(running.node_pid, file)


def _up_or_raise(attempt: str, name: str) -> EmbeddedCluster:
    running = status(name)
    if running is None:
        raise UsageError(
            attempt,
            got="no such cluster is up",
            expected="one that is",
            mend=f"seatrial cluster up --name {name}",
        )
    return running


@contextmanager
def _system_errors_told(place: Layout) -> Iterator[None]:
    """Turn what the system refused, a full disk first of all, into an error with its mend."""
    try:
        yield
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SeatrialError(
            f"bring up the embedded cluster {place.name!r}",
            got=str(error),
            expected=f"{place.cache} and {place.state} to be writable, with space left",
            mend="free space, or move the cache with XDG_CACHE_HOME; then try again",
        ) from error


def _bring_images(
    place: Layout, running: EmbeddedCluster, archives: Sequence[Path], progress: Progress
) -> None:
    """Load into a cluster that is up what it was not started with."""
    known = state.read(place)
    key = store.key(archives)
    if known is None or known.images == key:
        return
    for archive in archives:
        with progress.step(f"load {archive.name}"):
            loading.load(running.node_pid, archive)
    state.write(place, replace(known, images=key))
