"""Undoes every fault whose record is left in a namespace; what was deployed is no fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.fault.mechanisms import MECHANISMS
from seatrial.undo import left, replay

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.undo.replay import Done


def put_back(cluster: Cluster, namespace: str) -> Done:
    """Undo what is left of faults, the newest first, and return what was done.

    Raises ReplayError with what could not be undone, ClusterError when the API can't be asked.
    """
    faults = [item for item in left(cluster, namespace) if item.record.mechanism in MECHANISMS]
    return replay(cluster, faults, MECHANISMS)
