"""Keeps undo records in two places, forgets them, and finds what is left.

First the file, then the ConfigMap, then the change: killed between any two of them, one of the
halves may be missing, and the change may never have been made. Undoing is right in every case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.cluster import ConflictError, ForbiddenError, NotFoundError
from seatrial.cluster.writing import identity
from seatrial.undo import files, maps
from seatrial.undo.record import Record, UndoError, new_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.cluster import Cluster
    from seatrial.undo.record import Json

#: Answers that say for certain that nothing was made.
_REFUSALS = (ConflictError, ForbiddenError, NotFoundError)


@dataclass(frozen=True, slots=True)
class Left:
    """A record that is still there, and in which of its two places it was found.

    ``problem``: why it can't be replayed, such as that another version wrote it; else "".
    """

    record: Record
    in_file: bool
    in_cluster: bool
    problem: str = ""

    @property
    def where(self) -> str:
        """Return the places in words."""
        if self.in_file and self.in_cluster:
            return "file and cluster"
        return "file" if self.in_file else "cluster"


def record_for(
    cluster: Cluster, namespace: str, *, mechanism: str, what: str, before: Json
) -> Record:
    """Return a new record of a change of this very cluster, not kept yet. Raises ClusterError."""
    return new_record(
        cluster=identity(cluster),
        context=cluster.context,
        namespace=namespace,
        mechanism=mechanism,
        what=what,
        before=before,
    )


def keep(cluster: Cluster, record: Record, *, prepare: Callable[[], object] | None = None) -> None:
    """Make the record durable; only after that may its change be made.

    ``prepare`` runs between file and ConfigMap: it makes the namespace that the ConfigMap needs.
    Raises SeatrialError, and then the change must not be made. The record is taken back, unless
    ``prepare`` may have done its part: then the caller undoes that.
    """
    files.write(record, files.Way(cluster.context, str(cluster.kubeconfig.resolve())))
    try:
        if prepare is not None:
            prepare()
    except _REFUSALS as cause:
        _take_back(cluster, record, cause)
        raise
    try:
        maps.write(cluster, record)
    except BaseException as cause:
        if prepare is None:
            _take_back(cluster, record, cause)
        raise


def _take_back(cluster: Cluster, record: Record, cause: BaseException) -> None:
    """Remove both halves; an answer that got lost may have made the ConfigMap after all."""
    try:
        forget(cluster, record)
    except Exception as second:  # noqa: BLE001 -- the first error is the one to raise
        files.remove(record)
        cause.add_note(f"and the record's ConfigMap may be left: {second}")


def forget(cluster: Cluster, record: Record) -> None:
    """Remove the record from both places, the file last. Raises ClusterError; the file stays."""
    maps.remove(cluster, record)
    files.remove(record)


def left(cluster: Cluster, namespace: str = "") -> tuple[Left, ...]:
    """Return the records of this very cluster that are left, the oldest first.

    ``namespace`` "" looks into all of them, which takes the right to list all ConfigMaps. Raises
    ClusterError when the cluster can't be asked: what is in files alone would not be all.
    """
    uid = identity(cluster)
    in_cluster = maps.texts(cluster, namespace)
    found = {
        name: _left(name, text, uid, place=place, in_cluster=True)
        for (place, name), text in in_cluster.items()
    }
    for name, text in files.texts(uid).items():
        item = _left(name, text, uid, in_cluster=name in found)
        if namespace in ("", item.record.namespace):
            # This machine's own half is the one to trust where both are there.
            found[name] = item
    return tuple(sorted(found.values(), key=lambda item: (item.record.made, item.record.id)))


def _left(name: str, text: str, uid: str, *, in_cluster: bool, place: str | None = None) -> Left:
    """Return a record as found in a ConfigMap of the namespace ``place``, or in a file (None)."""
    where = f"{name} in {'a file' if place is None else f'the namespace {place}'}"
    in_file = place is None
    try:
        record = Record.from_json(text, where=where)
        problem = _foreign(record, name, uid, place)
    except UndoError as error:
        record = Record(name, "", uid, "", place or "", "", "what can't be read", "")
        problem = f"{error.got}; {error.mend}"
    return Left(record, in_file, in_cluster, problem)


def _foreign(record: Record, name: str, uid: str, place: str | None) -> str:
    """Say why a record does not belong where it was found: it is never replayed there."""
    if record.cluster != uid:
        return f"it was made for the cluster {record.cluster}; this one is {uid}"
    if record.id != name or place not in (None, record.namespace):
        return f"it says it is {record.id} in {record.namespace}: it was copied or forged"
    return ""
