"""The image store: shared without being changed, removed only when nobody uses it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster.embedded import store

if TYPE_CHECKING:
    from pathlib import Path

SNAPSHOTS = "io.containerd.snapshotter.v1.overlayfs/snapshots"
BLOBS = "io.containerd.content.v1.content/blobs/sha256"
DATABASE = "io.containerd.metadata.v1.bolt/meta.db"


@pytest.fixture
def pristine(tmp_path: Path) -> Path:
    """A store as an import leaves it, with one layer and one blob."""
    root = tmp_path / "stores" / "one"
    for name in (DATABASE, "io.containerd.snapshotter.v1.overlayfs/metadata.db"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"database")
    (root / BLOBS).mkdir(parents=True)
    (root / BLOBS / "abc").write_bytes(b"blob")
    (root / SNAPSHOTS / "1" / "fs").mkdir(parents=True)
    (root / SNAPSHOTS / "1" / "fs" / "file").write_bytes(b"content")
    return root


def stores(directory: Path, count: int) -> list[Path]:
    """Make further stores, the last the newest."""
    made = []
    for number in range(count):
        path = directory / f"s{number}"
        path.mkdir(parents=True)
        os.utime(path, (number, number))
        made.append(path)
    return made


def test_a_clone_never_changes_the_store(pristine: Path, tmp_path: Path) -> None:
    """What a cluster writes into its databases is its own."""
    clone = tmp_path / "clone"
    store.clone(pristine, clone)
    (clone / DATABASE).write_bytes(b"changed")
    assert (pristine / DATABASE).read_bytes() == b"database"


def test_a_clone_shares_the_blobs(pristine: Path, tmp_path: Path) -> None:
    """No blob is copied: a start pays for no image."""
    clone = tmp_path / "clone"
    store.clone(pristine, clone)
    assert (clone / BLOBS / "abc").samefile(pristine / BLOBS / "abc")


def test_a_clone_has_a_place_for_each_layer(pristine: Path, tmp_path: Path) -> None:
    """Layers are shown in it later, inside the node: on the host their places stay empty."""
    clone = tmp_path / "clone"
    store.clone(pristine, clone)
    assert list((clone / SNAPSHOTS).iterdir()) == [clone / SNAPSHOTS / "1"]
    assert list((clone / SNAPSHOTS / "1").iterdir()) == []


def test_only_the_newest_stores_stay(tmp_path: Path) -> None:
    """The cache does not grow with every change of an image."""
    made = stores(tmp_path, 5)
    store._remove_old(tmp_path)  # noqa: SLF001 - an import would take ten seconds
    assert [path.exists() for path in made] == [False, False, True, True, True]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_store_in_use_stays_however_old(tmp_path: Path) -> None:
    """A running cluster's layers are never taken from under it."""
    made = stores(tmp_path, 5)
    held = store.hold(made[0])
    try:
        store._remove_old(tmp_path)  # noqa: SLF001 - as above
        assert made[0].exists()
    finally:
        os.close(held)
    store._remove_old(tmp_path)  # noqa: SLF001 - as above
    assert not made[0].exists()
