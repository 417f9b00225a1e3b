"""How what `workload` changes is undone, by the name its records carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.undo import Undone
from seatrial.workload.namespace import remove_if_fresh
from seatrial.workload.record import OVERLAY
from seatrial.workload.roll_back import undo_overlay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.cluster import Cluster
    from seatrial.undo import Mechanism, Record

#: Of a namespace that was made for a trial which died before it kept any record.
MADE_NAMESPACE = "made-namespace"


def undo_namespace(cluster: Cluster, record: Record) -> Undone:
    """Remove the namespace that was made for a trial, if nothing is in it. A `Mechanism`."""
    remove_if_fresh(cluster, record.namespace)
    return Undone(f"namespace {record.namespace} removed")


MECHANISMS: Mapping[str, Mechanism] = {OVERLAY: undo_overlay, MADE_NAMESPACE: undo_namespace}
