"""Undo records: what must be put back, known before it is changed, whatever dies in between.

A record is durable before the change it undoes: a file on this machine and a ConfigMap in the
cluster. `store` keeps them, `replay` undoes what is left. How one kind of change is undone is a
`Mechanism` of whoever makes that change (`fault`, `workload`); `trial.undoing` knows them all.
"""

from seatrial.undo.mechanism import Mechanism, Undone
from seatrial.undo.record import Record, UndoError, new_record
from seatrial.undo.replay import ReplayError, replay
from seatrial.undo.store import Left, forget, keep, left, record_for

__all__ = [
    "Left",
    "Mechanism",
    "Record",
    "ReplayError",
    "UndoError",
    "Undone",
    "forget",
    "keep",
    "left",
    "new_record",
    "record_for",
    "replay",
]
