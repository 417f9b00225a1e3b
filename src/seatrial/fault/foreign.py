"""What is known of chaosk8s' activities: which have a trap, and what takes a change of theirs back.

Each trap was run or read in its source, chaostoolkit-kubernetes 0.39.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Trap:
    """Why an activity can't be trusted, and what stands in its place."""

    why: str
    instead: str


_DELETES = "with no match it succeeds, Terminating pods count, and its pattern is not anchored"
_CRD = "it always fails with this Kubernetes client"
_READS = "its timeout is one of reading, and it ignores observedGeneration"
_OWN = "seatrial.fault.actions"
_READY = "seatrial.fault.probes.ready_replicas"

TRAPS: Mapping[str, Trap] = {
    "chaosk8s.pod.actions.terminate_pods": Trap(_DELETES, f"{_OWN}.kill_replica"),
    "chaosk8s.pod.actions.exec_in_pods": Trap(
        "without a container's name it skips every pod and succeeds; a failing command succeeds",
        f"an action of {_OWN}",
    ),
    "chaosk8s.actions.kill_microservice": Trap(_DELETES, f"{_OWN}.kill_replica"),
    "chaosk8s.statefulset.probes.statefulset_fully_available": Trap(_READS, _READY),
    "chaosk8s.statefulset.probes.statefulset_not_fully_available": Trap(_READS, _READY),
    "chaosk8s.node.actions.drain_nodes": Trap(
        "a disruption budget ends it at once and leaves the node cordoned",
        "the fault drain-node",
    ),
    "chaosk8s.node.actions.delete_nodes": Trap(
        "a deleted node is not given back", "the fault lose-node"
    ),
    **{
        f"chaosk8s.crd.actions.{name}": Trap(_CRD, "kubectl apply before the trial")
        for name in (
            "apply_from_json",
            "apply_from_yaml",
            "replace_custom_object",
            "replace_cluster_custom_object",
        )
    },
}

_NETWORK = "chaosk8s.networking.actions"
#: A change, and the action that takes it back.
UNDOES: Mapping[str, str] = {
    f"{_NETWORK}.deny_all_ingress": f"{_NETWORK}.remove_deny_all_ingress",
    f"{_NETWORK}.deny_all_egress": f"{_NETWORK}.remove_deny_all_egress",
    f"{_NETWORK}.allow_dns_access": f"{_NETWORK}.remove_allow_dns_access",
    f"{_NETWORK}.create_network_policy": f"{_NETWORK}.remove_network_policy",
    "chaosk8s.node.actions.cordon_node": "chaosk8s.node.actions.uncordon_node",
    **{
        name: name
        for name in (
            "chaosk8s.actions.scale_microservice",
            "chaosk8s.deployment.actions.scale_deployment",
            "chaosk8s.statefulset.actions.scale_statefulset",
        )
    },
}
