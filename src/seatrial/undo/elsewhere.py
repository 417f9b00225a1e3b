"""Records on this machine of other clusters: how they were reached, and which are gone for good.

An embedded cluster takes all that was changed along when it ends; only of such a one can it be
known that it is gone. Any other may be out of reach for a while.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError, connect, embedded
from seatrial.cluster.writing import identity
from seatrial.undo import files

if TYPE_CHECKING:
    from seatrial.undo.files import Way


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another cluster of which this machine holds ``count`` records; ``way`` None: not known."""

    uid: str
    way: Way | None
    count: int
    gone: bool

    def __str__(self) -> str:
        """Return a sentence: what there is, and how to go on."""
        context = f"context {self.way.context}" if self.way else f"UID {self.uid}"
        head = f"{self.count} of another cluster ({context})"
        if self.gone:
            return f"{head}, which has ended and took along what was changed"
        if self.way is None:
            return f"{head}; how it was reached is not known"
        given = f"--kubeconfig {self.way.kubeconfig} --context {self.way.context}"
        return f"{head}: seatrial undo {given}"


def elsewhere(uid: str = "") -> tuple[Elsewhere, ...]:
    """Return the clusters other than ``uid`` of which records are on this machine."""
    return tuple(item for item in _all() if item.uid != uid and item.count)


def _all() -> tuple[Elsewhere, ...]:
    return tuple(_found(uid, files.way(uid)) for uid in files.clusters())


def _found(uid: str, way: Way | None) -> Elsewhere:
    return Elsewhere(uid, way, len(files.texts(uid)), way is not None and _gone(uid, way))


def _gone(uid: str, way: Way) -> bool:
    """Tell whether it is known to have ended: an embedded one of this machine, and no other."""
    name = embedded.name_of(Path(way.kubeconfig))
    if name is None or way.host != socket.gethostname():
        return False
    if embedded.status(name) is None:
        return True
    try:
        with connect(embedded=name) as cluster:
            return identity(cluster) != uid
    except ClusterError:
        return False


def drop_gone() -> tuple[Elsewhere, ...]:
    """Remove the records of clusters that have ended, and return of which there were any."""
    found = tuple(item for item in _all() if item.gone)
    for item in found:
        files.drop(item.uid)
    return tuple(item for item in found if item.count)
