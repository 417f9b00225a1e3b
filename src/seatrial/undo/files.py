"""The half of an undo record on this machine: one file each, in a folder for each cluster.

A file is whole or it is not there, and it survives a power cut. Nothing here speaks to a cluster.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from seatrial.cache import cache_root
from seatrial.undo.record import Record, UndoError

if TYPE_CHECKING:
    from pathlib import Path

#: Beside the records: how their cluster was reached, for those who look for it later.
_WAY = "cluster.way"
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Way:
    """How a cluster was reached when a record of it was kept, and from which machine."""

    context: str
    kubeconfig: str
    host: str = field(default_factory=socket.gethostname)


def root() -> Path:
    """Return the folder of all records on this machine."""
    return cache_root() / "undo"


def write(record: Record, way: Way) -> None:
    """Write a record and how its cluster is reached. Raises UndoError when the disk refuses."""
    folder = root() / record.cluster
    try:
        record.check()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(folder / _WAY, json.dumps(asdict(way)))
        _write(folder / f"{record.id}{_SUFFIX}", record.to_json())
        for parent in (folder, folder.parent, folder.parent.parent):
            _sync(parent)
    except (OSError, ValueError) as cause:
        raise UndoError(
            f"write the undo record {record.id}",
            got=str(cause),
            expected=f"{folder} to take it; nothing is changed without",
            mend="make room there, or give XDG_CACHE_HOME another place",
        ) from cause


def _write(path: Path, text: str) -> None:
    # The part's name carries the pid: two processes may keep records of one cluster at once.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def _sync(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def remove(record: Record) -> None:
    """Remove a record's file, if it is there."""
    path = root() / record.cluster / f"{record.id}{_SUFFIX}"
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        _sync(path.parent)


def has(record: Record) -> bool:
    """Return whether this machine itself holds the record."""
    return (root() / record.cluster / f"{record.id}{_SUFFIX}").is_file()


def clusters() -> tuple[str, ...]:
    """Return the UIDs of the clusters that this machine holds or held records of, sorted."""
    return tuple(sorted(item.name for item in root().glob("*") if item.is_dir()))


def texts(cluster: str) -> dict[str, str]:
    """Return the text of each file of a cluster's records, by the record's id."""
    found = {}
    for path in sorted((root() / cluster).glob(f"*{_SUFFIX}")):
        try:
            found[path.name.removesuffix(_SUFFIX)] = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            continue  # undone by another process since it was listed
    return found


def way(cluster: str) -> Way | None:
    """Return how a cluster was reached, None where that is not known."""
    try:
        return Way(**json.loads((root() / cluster / _WAY).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def drop(cluster: str) -> None:
    """Remove what is kept of a cluster that is gone."""
    # Another process may be doing the same; what can't be removed now is found again.
    shutil.rmtree(root() / cluster, ignore_errors=True)
