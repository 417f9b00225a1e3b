"""Undoes a burn of CPU: removes the pod, and tells how much it had burnt until then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError
from seatrial.fault import hand
from seatrial.undo import Undone

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.undo import Record

#: The mechanism's name, as records carry it.
BURN = "burn-cpu"
#: Of the CPU time that was meant to burn, at least this share must have: else nobody felt it.
LEAST_SHARE = 0.25
_NAME = "CPU was burnt beside the replica"


def end_burning(cluster: Cluster, record: Record) -> Undone:
    """Remove the pod that burns. Raises DeadlineError when it does not go."""
    proofs = tuple(map(_burnt, _last_words(cluster, record)))
    names = hand.remove(cluster, record.namespace, record.id)
    said = f"removed {', '.join(names)}" if names else f"nothing was left of {record.id}"
    missing = (_NAME, False, "no pod was left that could tell")
    return Undone(said, proofs or (missing,))


def _last_words(cluster: Cluster, record: Record) -> list[hand.Event]:
    found = []
    for made in hand.made(cluster, record.namespace, record.id):
        try:
            found += [item for item in made.events() if item.name == "burnt"][-1:]
        except ClusterError:
            # Gone or unreadable: the pod must be removed all the same, and nothing is proven.
            continue
    return [hand.Event(it.name, {**it.facts, **record.before}) for it in found]


def _burnt(event: hand.Event) -> tuple[str, bool, str]:
    facts = event.facts
    meant = facts["processes"] * facts["elapsed_s"]
    node = facts["node_busy_s"] + facts["node_idle_s"]
    held = facts["used_s"] >= LEAST_SHARE * meant
    words = (
        f"{facts['used_s']:.1f} s of CPU in {facts['elapsed_s']:.1f} s by {facts['processes']} "
        f"processes; the node was {facts['node_busy_s'] / max(node, 1e-9):.0%} busy"
    )
    return _NAME, held, words
