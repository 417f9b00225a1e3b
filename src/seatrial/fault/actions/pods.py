"""Actions that take replicas away by their pods: killed, deleted or evicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.fault import taking
from seatrial.fault.group import Group
from seatrial.fault.replicas import Configuration, cluster_of
from seatrial.fault.waiting import wait_for_instant

if TYPE_CHECKING:
    from seatrial.cluster import WorkloadKind
    from seatrial.fault.told import Told

KILL_REPLICA = "kill-replica"
DELETE_REPLICA = "delete-replica"
DELETE_REPLICAS = "delete-replicas"
EVICT_REPLICA = "evict-replica"


def kill_replica(
    namespace: str,
    workload: str,
    *,
    workload_kind: WorkloadKind = "StatefulSet",
    selector: str = "",
    name_pattern: str = "",
    seed: int = 0,
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Kill one Ready replica: delete its pod with grace 0, so that nothing of it drains.

    The replica is the one whose whole name matches ``name_pattern``, or else number
    ``seed`` modulo the Ready ones, by name. ``selector`` narrows the workload's own.
    ``at_monotonic_ns`` waits for that instant of CLOCK_MONOTONIC first; 0 means now.
    The deletion carries the pod's UID, so its successor of the same name can't be hit.
    Returns once another pod stands in its place, or 30 s later without that proof.

    Raises, and so fails, when no replica can be chosen or when the pod changed under way.
    """
    with cluster_of(configuration) as cluster:
        group = Group(cluster, namespace, workload, workload_kind, selector)
        wait_for_instant(at_monotonic_ns)
        victim = group.choose(seed=seed, name_pattern=name_pattern)
        return taking.kill(group, KILL_REPLICA, [victim])


def delete_replicas(
    namespace: str,
    workload: str,
    *,
    count: int = 2,
    share: float = 0.67,
    workload_kind: WorkloadKind = "StatefulSet",
    selector: str = "",
    seed: int = 0,
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Kill several Ready replicas at once: delete their pods with grace 0.

    They are ``count`` in a row by name, from number ``seed`` modulo the Ready ones on. Nothing is
    touched when that is more than ``share`` of the Ready ones, or when there are fewer.
    The rest is as `kill_replica` has it, for each of them.

    Raises, and so fails, when they can't be chosen or when a pod changed under way.
    """
    with cluster_of(configuration) as cluster:
        group = Group(cluster, namespace, workload, workload_kind, selector)
        wait_for_instant(at_monotonic_ns)
        victims = group.choose_several(count=count, share=share, seed=seed)
        return taking.kill(group, DELETE_REPLICAS, victims)


def delete_replica(
    namespace: str,
    workload: str,
    *,
    workload_kind: WorkloadKind = "StatefulSet",
    selector: str = "",
    name_pattern: str = "",
    seed: int = 0,
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Delete one Ready replica gracefully: with its own grace, as `kubectl delete pod` does.

    The replica is chosen as `kill_replica` does. Returns once its pod is gone and another stands
    in its place; without these proofs after its grace, 15 s for the kubelet, and 30 s.

    Raises, and so fails, when no replica can be chosen or when the pod changed under way.
    """
    with cluster_of(configuration) as cluster:
        group = Group(cluster, namespace, workload, workload_kind, selector)
        wait_for_instant(at_monotonic_ns)
        victim = group.choose(seed=seed, name_pattern=name_pattern)
        return taking.delete(group, DELETE_REPLICA, victim)


def evict_replica(
    namespace: str,
    workload: str,
    *,
    workload_kind: WorkloadKind = "StatefulSet",
    selector: str = "",
    name_pattern: str = "",
    seed: int = 0,
    at_monotonic_ns: int = 0,
    budget_deadline_s: float = taking.BUDGET_DEADLINE_S,
    configuration: Configuration | None = None,
) -> Told:
    """Evict one Ready replica through the eviction API, as a drain does, with its own grace.

    A PodDisruptionBudget is honoured: while it forbids the eviction it is tried again, for
    ``budget_deadline_s`` s at most. The replica is chosen as `kill_replica` does. Returns as
    `delete_replica` does.

    Raises, and so fails, nothing touched, when the budget still forbids it, or when no replica
    can be chosen.
    """
    with cluster_of(configuration) as cluster:
        group = Group(cluster, namespace, workload, workload_kind, selector)
        wait_for_instant(at_monotonic_ns)
        victim = group.choose(seed=seed, name_pattern=name_pattern)
        return taking.evict(group, EVICT_REPLICA, victim, budget_s=budget_deadline_s)
