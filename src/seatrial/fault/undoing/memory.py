"""Undoes a squeeze of memory: ends what still allocates, gives the server its score again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.fault import containers, inside
from seatrial.fault.errors import FaultError
from seatrial.undo import Undone

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.undo import Record

#: The mechanism's name, as records carry it.
SQUEEZE = "squeeze-memory"


def end_allocation(cluster: Cluster, record: Record) -> Undone:
    """Leave nothing of the allocation in the container. Raises SeatrialError when it can't."""
    before = record.before
    there = containers.same(cluster, record.namespace, before)
    if there is None or there.id != before["container_id"]:
        return Undone(f"the memory taken in {before['pod']} went with its container")
    order = {"act": "restore", "mark": record.id, "score": before["score"]}
    found = inside.run(cluster, record.namespace, there, order)
    if found.get("score") != before["score"]:
        raise FaultError(
            f"give the first process of {there.name} in {there.pod} its OOM score again",
            got=str(found),
            expected=str(before["score"]),
            mend=f"delete the pod {there.pod}: its controller makes another",
        )
    return Undone(f"nothing is allocated in {there.pod} any more")
