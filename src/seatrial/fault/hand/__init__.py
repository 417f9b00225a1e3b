"""Hand pods: short-lived pods on a replica's node that act on its container from outside.

A process can't kill or stop PID 1 of its own PID namespace, and no pod may touch its node's
network. A hand has the node's PID or network namespace and the few capabilities it needs. It holds
what it did for a bounded time and takes it back by itself; an undo record stands before it exists.
`programs` are what hands run, `manifest` makes the pods, `work` runs them.
"""

from seatrial.fault.hand.manifest import OWNED, UNDO_ID, Reach
from seatrial.fault.hand.work import (
    BEYOND_S,
    STARTS_WITHIN_S,
    Event,
    ForbiddenHandError,
    Hand,
    made,
    make,
    remove,
)

__all__ = [
    "BEYOND_S",
    "OWNED",
    "STARTS_WITHIN_S",
    "UNDO_ID",
    "Event",
    "ForbiddenHandError",
    "Hand",
    "Reach",
    "made",
    "make",
    "remove",
]
