"""The catalogue: one row for each kind of fault that seatrial ships. Values; nothing is done here.

A kind's experiment is ``experiments/<kind>.yaml``; its action tells ``Hit.kind`` by this name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from seatrial.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The generic action that takes back every change of this package that has an undo record.
UNDO_ALL = "undo_all"


class Becomes(StrEnum):
    """What becomes of a target."""

    REPLACED = "replaced by another"
    RESTARTED = "restarted in place"
    STAYS = "there all the time"


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault.

    ``action`` is its function in `seatrial.fault.actions`. ``writes``: what it changes of the
    deployment, words of ``FaultWindow.changes``. With a ``record`` it is undone by ``undo_all``,
    without one nothing can be given back: the target ends, and a controller makes another.
    ``timed``: it holds for its seconds and is then undone. ``rolls``: it replaces every replica in
    turn, there and back. ``nodes``: how many it takes. ``consent``: it reaches beyond the
    workload's namespace, and has to be allowed by its name.
    """

    kind: str
    title: str
    action: str
    becomes: Becomes
    writes: tuple[str, ...] = ()
    record: bool = False
    timed: bool = False
    rolls: bool = False
    nodes: int = 1
    consent: bool = False

    @property
    def file(self) -> str:
        """The name of its experiment."""
        return f"{self.kind}.yaml"


#: In the order in which the nightly run holds them: what one leaves can't hide what the next does.
#: From one replica asked to end to what kills several, then proxies, the workload, nodes.
CATALOGUE: tuple[Fault, ...] = (
    Fault(
        "evict-replica",
        "evict one replica as a drain does, with its own grace and its budget honoured",
        "evict_replica",
        Becomes.REPLACED,
    ),
    Fault(
        "delete-replica",
        "delete one replica with its own grace",
        "delete_replica",
        Becomes.REPLACED,
    ),
    Fault(
        "kill-replica",
        "delete one replica with grace 0, so that nothing of it drains",
        "kill_replica",
        Becomes.REPLACED,
    ),
    Fault(
        "kill-server",
        "kill the server of one replica from outside; its container starts again",
        "kill_server",
        Becomes.RESTARTED,
        record=True,
    ),
    Fault(
        "kill-worker",
        "kill one parallel worker inside a replica; the server starts another",
        "kill_worker",
        Becomes.STAYS,
        record=True,
    ),
    Fault(
        "hang-replica",
        "stop every process of one replica: it accepts, and never answers",
        "hang_replica",
        Becomes.STAYS,
        record=True,
        timed=True,
    ),
    Fault(
        "cut-off-replica",
        "drop the packets of one replica on its node",
        "cut_off_replica",
        Becomes.STAYS,
        record=True,
        timed=True,
    ),
    Fault(
        "squeeze-cpu",
        "cut the CPU limit of one replica in place",
        "squeeze_cpu",
        Becomes.STAYS,
        writes=("Pod",),
        record=True,
        timed=True,
    ),
    Fault(
        "burn-cpu",
        "burn CPU on the node of one replica",
        "burn_cpu",
        Becomes.STAYS,
        record=True,
        timed=True,
        consent=True,
    ),
    Fault(
        "squeeze-memory",
        "fill the memory of one replica until the kernel ends it",
        "squeeze_memory",
        Becomes.RESTARTED,
        record=True,
    ),
    Fault(
        "delete-replicas",
        "delete several replicas at once with grace 0, up to a cap",
        "delete_replicas",
        Becomes.REPLACED,
    ),
    Fault(
        "evict-proxy",
        "evict one Envoy as a drain does, with its own grace and its budget honoured",
        "evict_proxy",
        Becomes.REPLACED,
    ),
    Fault(
        "kill-proxy",
        "delete one Envoy with grace 0, so that no connection of it drains",
        "kill_proxy",
        Becomes.REPLACED,
    ),
    Fault(
        "scale-by-hand",
        "write one replica less behind the autoscaler's back",
        "scale_by_hand",
        Becomes.REPLACED,
        writes=("replicas",),
        record=True,
    ),
    Fault(
        "no-metrics",
        "take the cluster's metrics away, so that no autoscaler has any",
        "no_metrics",
        Becomes.STAYS,
        record=True,
        timed=True,
        consent=True,
    ),
    Fault(
        "broken-rollout",
        "roll out a version that never gets Ready, and roll it back",
        "broken_rollout",
        Becomes.REPLACED,
        writes=("workload",),
        record=True,
        timed=True,
    ),
    Fault(
        "rolling-restart",
        "restart every replica, one after another, and once more to be as before",
        "rolling_restart",
        Becomes.REPLACED,
        writes=("workload",),
        record=True,
        rolls=True,
    ),
    Fault(
        "drain-node",
        "cordon the node of one replica and evict what of the namespace runs on it",
        "drain_node",
        Becomes.REPLACED,
        record=True,
        nodes=2,
        consent=True,
    ),
    Fault(
        "lose-node",
        "lose the node of one replica at once; it comes back",
        "lose_node",
        Becomes.REPLACED,
        record=True,
        nodes=2,
        consent=True,
    ),
)

BY_KIND: Mapping[str, Fault] = {row.kind: row for row in CATALOGUE}
BY_ACTION: Mapping[str, Fault] = {row.action: row for row in CATALOGUE}


def of_kind(kind: str) -> Fault:
    """Return a kind's row. Raises UsageError naming the kinds there are."""
    if kind not in BY_KIND:
        raise UsageError(
            f"find the fault {kind}",
            got="no such kind in the catalogue",
            expected=f"one of {', '.join(BY_KIND)}",
            mend="seatrial fault list",
        )
    return BY_KIND[kind]
