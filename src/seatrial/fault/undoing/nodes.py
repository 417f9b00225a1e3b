"""Undoes what was done to a node: it takes pods again, or is there again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import NotFoundError, embedded
from seatrial.errors import DeadlineError
from seatrial.fault.errors import FaultError
from seatrial.fault.nodes import Node
from seatrial.progress import SilentProgress
from seatrial.undo import Undone

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.undo import Record

#: From a node's start to its being Ready for the control plane.
READY_S = 60.0


def uncordon(cluster: Cluster, record: Record) -> Undone:
    """Let pods be scheduled to the node again, where they could be before."""
    node = _node(cluster, record)
    try:
        cordoned = node.cordoned()
    except (NotFoundError, FaultError) as error:
        return Undone(
            f"the node {node.name} is gone: {error.got}", _proof(held=False, detail=error.got)
        )
    if cordoned and not record.before["cordoned"]:
        node.cordon(on=False)
        if node.cordoned():
            raise FaultError(
                f"uncordon the node {node.name}",
                got="it is cordoned still",
                expected="pods to be scheduled to it",
                mend=f"kubectl uncordon {node.name}",
            )
    return Undone(
        f"pods are scheduled to {node.name} as before", _proof(held=cordoned, detail=node.name)
    )


def _proof(*, held: bool, detail: str) -> tuple[tuple[str, bool, str], ...]:
    return (("the node was cordoned until then", held, detail),)


def bring_back(cluster: Cluster, record: Record) -> Undone:
    """Start the node again, wait until it is Ready, and take our taint away."""
    node = _node(cluster, record)
    fresh = embedded.return_node(record.before["embedded"], node.name, progress=SilentProgress())
    if not node.await_ready(ready=True, deadline_s=READY_S):
        raise DeadlineError(
            f"see the node {node.name} Ready again",
            got=f"it is not, {READY_S:g} s after its start",
            expected="Ready",
            mend="see the node's logs: seatrial cluster status",
        )
    node.back_in_service()
    words = "it was started again" if fresh else "it was up"
    return Undone(
        f"the node {node.name} is there as before",
        (("the node was lost until then", fresh, words),),
    )


def _node(cluster: Cluster, record: Record) -> Node:
    return Node(cluster, str(record.before["node"]), str(record.before["uid"]))
