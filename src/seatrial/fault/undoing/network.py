"""Undoes a cut-off: removes rules or policy, and tells what they had kept from the replica."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError, NotFoundError, writing
from seatrial.fault import containers, hand, policies
from seatrial.fault.errors import FaultError
from seatrial.fault.hand import Reach
from seatrial.timeline import NANOSECONDS
from seatrial.undo import Undone

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.undo import Record

#: The mechanisms' names, as records carry them.
CUT_OFF, CUT_OFF_BY_POLICY = "cut-off-replica", "cut-off-by-policy"


def table(record: Record) -> str:
    """Return the name of the nftables table that the record covers."""
    return f"seatrial-{record.id}"


def connect_again(cluster: Cluster, record: Record) -> Undone:
    """Remove the rules. Raises SeatrialError when they stand or the node is silent."""
    who, node = record.before["pod"], record.before["node"]
    there = containers.beside(cluster, record.namespace, record.before)
    if there is None:
        hand.remove(cluster, record.namespace, record.id)
        return Undone(f"the rules about {who} went with node {node}")
    made = hand.make(
        *(cluster, record.namespace, record.id, there),
        program="network",
        order={"act": "mend", "table": table(record)},
        reach=Reach.NETWORK,
        seconds=0.0,
    )
    facts = made.awaited("released").facts
    hand.remove(cluster, record.namespace, record.id)
    if not facts["gone"]:
        raise FaultError(
            f"remove the table {table(record)} from node {node}",
            got="it is still there",
            mend=f"on that node: nft delete table inet {table(record)}",
        )
    dropped = facts["dropped"] or {}
    held = sum(dropped.values()) > 0
    words = f"{dropped or 'no table'} packets"
    return Undone(f"{who} is connected again", (("packets were dropped", held, words),))


def remove_policy(cluster: Cluster, record: Record) -> Undone:
    """Remove the policy and its label. Raises SeatrialError when either is still there."""
    name, who = record.before["policy"], record.before["pod"]
    since = _policy_since(cluster, record)
    now_ns = time.time_ns()
    events = _events(cluster, record)
    policies.remove(cluster, record)
    if _policy_since(cluster, record) is not None:
        raise FaultError(
            f"remove the NetworkPolicy {name} from {record.namespace}",
            got="it is still there",
            mend=f"kubectl delete networkpolicy {name} --namespace={record.namespace}",
        )
    hand.remove(cluster, record.namespace, record.id)
    found = policies.proven(events, now_ns if since is None else since, now_ns)
    return Undone(f"{who} is connected again", ((found["name"], found["held"], found["detail"]),))


def _policy_since(cluster: Cluster, record: Record) -> int | None:
    """Return when the policy was made, ns of the wall clock; None when there is none."""
    try:
        raw = writing.read(cluster, "NetworkPolicy", record.namespace, record.before["policy"])
    except NotFoundError:
        return None
    made = datetime.fromisoformat(raw["metadata"]["creationTimestamp"])
    return round(made.timestamp() * NANOSECONDS)


def _events(cluster: Cluster, record: Record) -> list[hand.Event]:
    found: list[hand.Event] = []
    for made in hand.made(cluster, record.namespace, record.id):
        try:
            found += made.events()
        except ClusterError:
            # The policy must go all the same; without its words nothing is proven.
            continue
    return found
