"""How one kind of change is undone: the interface that `replay` calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.undo.record import Record


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing found. ``said`` tells people what was put back.

    ``proofs``: (name, held, detail) of whether the change had been in effect, as seen just before
    it was taken back: a CPU limit that never throttled proves nothing.
    """

    said: str
    proofs: tuple[tuple[str, bool, str], ...] = ()


class Mechanism(Protocol):
    """Undoes one kind of change. It is called with every record of its name that is left."""

    def __call__(self, cluster: Cluster, record: Record) -> Undone:
        """Put back what ``record.before`` says and read it back.

        Idempotent: the change may never have been made, be undone already, or its object be gone
        or replaced. Raises SeatrialError when it is not as before by a deadline of its own.
        """
