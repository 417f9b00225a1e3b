"""The parts of what seatrial does in a cluster: each has a role of its own, to be given or not."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """One part. Its role is ``seatrial-<value>``, in the file ``k8s/rbac/<value>.yaml``."""

    WATCH = "watch"
    LOAD = "load"
    LEASE = "lease"
    UNDO = "undo"
    DEPLOY = "deploy"
    NAMESPACE = "namespace"
    SABOTAGE = "sabotage"
    FAULT_PODS = "fault-pods"
    FAULT_EXEC = "fault-exec"
    FAULT_HAND = "fault-hand"
    FAULT_RESIZE = "fault-resize"
    FAULT_NETWORK = "fault-network"
    FAULT_WORKLOAD = "fault-workload"
    FAULT_NODES = "fault-nodes"
    FAULT_METRICS = "fault-metrics"

    @property
    def role(self) -> str:
        """The name of its Role or ClusterRole."""
        return f"seatrial-{self}"

    @property
    def file(self) -> str:
        """Where that stands in the repository."""
        return f"k8s/rbac/{self}.yaml"
