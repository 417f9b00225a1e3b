"""Undoes records in reverse order of making: all of them, whatever fails on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError
from seatrial.progress import SilentProgress
from seatrial.undo import store
from seatrial.undo.record import UndoError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seatrial.cluster import Cluster
    from seatrial.progress import Progress
    from seatrial.undo.mechanism import Mechanism, Undone
    from seatrial.undo.record import Record
    from seatrial.undo.store import Left

Done = tuple[tuple["Record", "Undone"], ...]


class ReplayError(UndoError):
    """Some records could not be undone; they stay. ``done`` are those that were."""

    def __init__(self, done: Done, failed: Iterable[tuple[Record, SeatrialError]]) -> None:
        """Say each failure with its reason."""
        self.done = done
        self.failed = tuple(failed)
        reasons = "\n".join(f"{item.what} ({item.id}):\n{error}" for item, error in self.failed)
        count = len(done) + len(self.failed)
        super().__init__(
            f"undo {len(self.failed)} of {count} changes",
            got=reasons.replace("\n", "\n  "),
            expected="each as it was before",
            mend="remove the cause, then: seatrial undo",
        )


def replay(
    cluster: Cluster,
    records: Iterable[Left],
    mechanisms: Mapping[str, Mechanism],
    *,
    progress: Progress | None = None,
) -> Done:
    """Undo ``records``, the newest first, and forget each that is undone; return what was done.

    Goes on after a failure, as the others must not stay for it. Raises ReplayError at the end.
    """
    shown = progress or SilentProgress()
    done: list[tuple[Record, Undone]] = []
    failed: list[tuple[Record, SeatrialError]] = []
    for item in sorted(records, key=lambda it: (it.record.made, it.record.id), reverse=True):
        try:
            with shown.step(f"undo: {item.record.what}"):
                done.append((item.record, _undo(cluster, item, mechanisms)))
        except SeatrialError as error:
            failed.append((item.record, error))
    if failed:
        raise ReplayError(tuple(done), failed)
    return tuple(done)


def _undo(cluster: Cluster, item: Left, mechanisms: Mapping[str, Mechanism]) -> Undone:
    record = item.record
    mechanism = mechanisms.get(record.mechanism)
    if item.problem or mechanism is None:
        raise UndoError(
            f"undo {record.id}",
            got=item.problem or f"the mechanism {record.mechanism!r}, unknown here",
            expected=f"one of {', '.join(sorted(mechanisms))}",
            mend="undo it with the version that wrote it",
        )
    found = _called(mechanism, cluster, record)
    store.forget(cluster, record)
    return found


def _called(mechanism: Mechanism, cluster: Cluster, record: Record) -> Undone:
    """Call it; a defect of it, or a record that lacks what it needs, must not end the others."""
    try:
        return mechanism(cluster, record)
    except SeatrialError:
        raise
    except Exception as cause:
        raise UndoError(
            f"undo {record.id}", got=f"{type(cause).__name__}: {cause}", mend="report this defect"
        ) from cause
