"""Keeps images imported: one pristine containerd root for each set of images, shared by starts.

Importing some 800 MB takes ten seconds, so it is paid once. `prepared` makes the store, `clone` a
cluster's own root beside it, and `show` lets that root see the store's unpacked layers, inside
the node. A store, once made, is never written again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock

from seatrial.cluster.embedded import archive, mounts
from seatrial.cluster.embedded.logs import tail
from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from seatrial.progress import Progress

#: Raise it when the store's own shape changes.
_FORMAT = "1"
_IMPORT_TIMEOUT_S = 600
_LOCK_TIMEOUT_S = 900
#: How many stores stay, some 1.6 GB each: two sets of images in turn should import nothing.
_KEPT = 3
_BLOBS = "io.containerd.content.v1.content/blobs/sha256"
_SNAPSHOTS = "io.containerd.snapshotter.v1.overlayfs/snapshots"
#: Bolt databases are changed in place: each cluster needs a copy of its own.
_DATABASES = (
    "io.containerd.metadata.v1.bolt/meta.db",
    "io.containerd.snapshotter.v1.overlayfs/metadata.db",
)


@contextmanager
def prepared(cache: Path, images: Sequence[Path], progress: Progress) -> Iterator[Path]:
    """Give the store that holds exactly ``images``, importing them if there is none yet.

    It can't be removed while the block runs. Safe against SIGKILL at any moment: a store gets its
    name only when it is whole.
    """
    store = cache / "stores" / key(images)
    store.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(store.parent / "lock", timeout=_LOCK_TIMEOUT_S):
        if not store.is_dir():
            with progress.step(f"import {len(images)} images (the first time only)"):
                _import(store, images)
        # The last use decides which stores are kept.
        os.utime(store)
        _remove_old(store.parent)
        held = hold(store)
    try:
        yield store
    finally:
        os.close(held)


def hold(store: Path) -> int:
    """Keep the store from being removed while the descriptor given (or its process) lives."""
    descriptor = os.open(store, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def key(images: Sequence[Path]) -> str:
    """Name the set of images by its content.

    An archive's table of contents holds the digests of all the rest, so reading it is enough.
    """
    digest = hashlib.sha256(_FORMAT.encode())
    for content in sorted(archive.table_of_contents(image) for image in images):
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


def clone(store: Path, root: Path) -> None:
    """Make ``root`` a containerd root with the store's images: links, and copies of databases."""
    for name in _DATABASES:
        (root / name).parent.mkdir(parents=True)
        shutil.copyfile(store / name, root / name)
    (root / _BLOBS).mkdir(parents=True)
    for blob in (store / _BLOBS).iterdir():
        os.link(blob, root / _BLOBS / blob.name)
    (root / _SNAPSHOTS).mkdir(parents=True)
    for snapshot in (store / _SNAPSHOTS).iterdir():
        (root / _SNAPSHOTS / snapshot.name).mkdir()


def show(store: Path, root: Path) -> None:
    """Show the store's unpacked layers, read-only, in the clone ``root``: inside the node only."""
    for snapshot in (store / _SNAPSHOTS).iterdir():
        mounts.bind(snapshot, root / _SNAPSHOTS / snapshot.name, read_only=True)


def _remove_old(stores: Path) -> None:
    """Remove all but the newest stores; one that a cluster holds stays, however old."""
    whole = [path for path in stores.iterdir() if path.is_dir() and path.suffix != ".part"]
    for store in sorted(whole, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT:]:
        descriptor = os.open(store, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            # Renamed first: half a store must not pass for a whole one.
            doomed = store.with_suffix(".part")
            store.rename(doomed)
            shutil.rmtree(doomed)
        finally:
            os.close(descriptor)


def _import(store: Path, images: Sequence[Path]) -> None:
    partial = store.with_suffix(".part")
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir()
    log = store.with_suffix(".log")
    argv = (
        # Dies with this process: two must never write one store.
        *("setpriv", "--pdeathsig", "KILL"),
        *("unshare", "--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child"),
        *("--mount-proc", sys.executable, "-P", "-m", "seatrial.cluster.embedded.importer"),
        str(partial),
        *(str(image) for image in images),
    )
    with log.open("wb") as output:
        try:
            code = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=_IMPORT_TIMEOUT_S,
                check=False,
            ).returncode
            saw = f"exit code {code}"
        except subprocess.TimeoutExpired:
            code, saw = -1, f"no end within {_IMPORT_TIMEOUT_S} s"
    if code != 0:
        shutil.rmtree(partial)
        raise SeatrialError(
            f"import the images {', '.join(image.name for image in images)}",
            got=f"{saw}; the end of {log}:\n{tail(log)}",
            expected="containerd to import each of them",
            mend="see the log; a full disk and a damaged archive are the usual causes",
        )
    partial.rename(store)
