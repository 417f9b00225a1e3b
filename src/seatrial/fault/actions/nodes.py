"""Actions on nodes: one drained in order, or lost at once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from seatrial.cluster import NotFoundError, embedded
from seatrial.fault import limits
from seatrial.fault.beginning import Began
from seatrial.fault.errors import FaultError
from seatrial.fault.group import Group
from seatrial.fault.nodes import Node, check_others, embedded_name
from seatrial.fault.replicas import Configuration, EitherKind, choose, cluster_of
from seatrial.fault.successors import await_successor
from seatrial.fault.taking import ask_to_evict
from seatrial.fault.told import Proof, Target, Told, proof
from seatrial.fault.waiting import look_until, wait_for_instant
from seatrial.undo import keep, record_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster import Cluster, Pod

logger = logging.getLogger("chaostoolkit")

DRAIN_NODE = "drain-node"
LOSE_NODE = "lose-node"
#: For how long each pod's eviction is tried while a PodDisruptionBudget forbids it: until the
#: successor of the one before is Ready.
BUDGET_S = 90.0
#: From an eviction to the pod's end: its own grace.
GONE_S = 60.0
#: From a node's loss to the control plane's noticing; Kubernetes' own default is 50 s.
NOTICED_S = 60.0
#: From our taint to the successor: lost pods are collected each 20 s.
COLLECTED_S = 60.0


def drain_node(
    namespace: str,
    workload: str,
    *,
    workload_kind: EitherKind = "StatefulSet",
    selector: str = "",
    name_pattern: str = "",
    seed: int = 0,
    budget_deadline_s: float = BUDGET_S,
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Drain the node of one replica: cordon it, then evict what of ``namespace`` runs on it.

    The replica is chosen as by `kill_replica`. Pods of other namespaces stay where they are. They
    are evicted one after another, each once a PodDisruptionBudget allows it, with their own grace.
    `undo_all` lets pods be scheduled to the node again; none moves back by itself.

    Raises, and so fails, nothing touched, when no replica can be chosen, or when there is no other
    node; the node stays cordoned until the undo when a budget has allowed no eviction after
    ``budget_deadline_s`` s.
    """
    with cluster_of(configuration) as cluster:
        group = Group(cluster, namespace, workload, workload_kind, selector)
        wait_for_instant(at_monotonic_ns)
        victim = group.choose(seed=seed, name_pattern=name_pattern)
        check_others(cluster, victim.node)
        node, before = Node.of(cluster, victim.node), group.pods()
        pods = node.pods(namespace)
        own = [pod for pod in before if pod.uid in {item.uid for item in pods}]
        _admit_drain(group, node, pods, own, before)
        _keep(cluster, namespace, DRAIN_NODE, node, f"the node {node.name} cordoned")
        began = Began(DRAIN_NODE)
        proofs = _drain(group, node, pods, budget_deadline_s)
        targets, more = _replaced(group, own, before)
    return Told(hit=began.hit(targets), proofs=[*proofs, *more])


def lose_node(
    namespace: str,
    workload: str,
    *,
    workload_kind: EitherKind = "StatefulSet",
    selector: str = "",
    name_pattern: str = "",
    seed: int = 0,
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Lose the node of one replica at once, as if its power were cut: an embedded cluster's only.

    The replica is chosen among those of further nodes: the first one has the control plane. Once
    the node is noticed as lost it gets the out-of-service taint, without which a StatefulSet's pod
    has no successor. Returns when each replica of the node has one; without these proofs after
    60 s each. `undo_all` starts the node again and takes the taint away.

    Raises, and so fails, nothing touched, on another cluster, or when no replica can be chosen.
    """
    with cluster_of(configuration) as cluster:
        group = Group(cluster, namespace, workload, workload_kind, selector)
        wait_for_instant(at_monotonic_ns)
        name = embedded_name(cluster, f"lose a node of {group.words}")
        before = group.pods()
        node = _to_lose(group, before, name, seed=seed, name_pattern=name_pattern)
        limits.admit_named(cluster, LOSE_NODE, f"Node {node.name}")
        _keep(cluster, namespace, LOSE_NODE, node, f"the node {node.name} lost", embedded=name)
        began = Began(LOSE_NODE)
        embedded.lose_node(name, node.name)
        logger.info("Lost the node %s", node.name)
        noticed = node.await_ready(ready=False, deadline_s=NOTICED_S)
        words = f"{node.name}, {began.seconds:.1f} s after it"
        proofs = [proof("the node was noticed as lost", noticed, words)]
        node.take_out_of_service()
        own = [pod for pod in before if pod.node == node.name]
        targets, more = _replaced(group, own, before)
    return Told(hit=began.hit(targets), proofs=[*proofs, *more])


def _admit_drain(
    group: Group, node: Node, pods: Sequence[Pod], own: Sequence[Pod], before: Sequence[Pod]
) -> None:
    """Check that these ``pods`` of the node may be evicted; ``own`` of them are the group's."""
    limits.check(group.cluster, group.namespace, own, before, budgets=False)
    words = (f"Pod {pod.name} (UID {pod.uid}) in {group.namespace}" for pod in pods)
    limits.admit_named(group.cluster, DRAIN_NODE, f"Node {node.name}", *words)


def _drain(group: Group, node: Node, pods: Sequence[Pod], budget_s: float) -> list[Proof]:
    node.cordon(on=True)
    for pod in pods:
        _evict(group.cluster, group.namespace, pod, budget_s)
    return [
        proof("the node is cordoned", node.cordoned(), node.name),
        proof("its pods were evicted", bool(pods), ", ".join(pod.name for pod in pods)),
    ]


def _to_lose(group: Group, pods: Sequence[Pod], name: str, *, seed: int, name_pattern: str) -> Node:
    """Return the node of one of the replicas on further nodes of the embedded cluster ``name``."""
    first = {node.name for node in embedded.nodes(name) if node.first}
    able = [pod for pod in pods if pod.node not in first]
    where = f"{group.words}, but for the first node"
    victim = choose(able, seed=seed, name_pattern=name_pattern, where=where)
    return Node.of(group.cluster, victim.node)


def _keep(
    cluster: Cluster, namespace: str, mechanism: str, node: Node, what: str, **more: str
) -> None:
    before = {"node": node.name, "uid": node.uid, "cordoned": node.cordoned(), **more}
    keep(cluster, record_for(cluster, namespace, mechanism=mechanism, what=what, before=before))


def _evict(cluster: Cluster, namespace: str, pod: Pod, budget_s: float) -> None:
    """Evict a pod once a budget allows it, and wait until it is gone."""

    def gone() -> bool:
        try:
            return cluster.pod(namespace, pod.name).uid != pod.uid
        except NotFoundError:
            return True

    ask_to_evict(cluster, namespace, pod, budget_s=budget_s)
    if not look_until(gone, bool, deadline_s=GONE_S):
        raise FaultError(
            f"evict {pod.name} in {namespace}",
            got=f"it is still there after {GONE_S:g} s",
            expected="its end",
        )


def _replaced(
    group: Group, own: Sequence[Pod], before: Sequence[Pod]
) -> tuple[list[Target], list[Proof]]:
    """Wait until each of these replicas has a successor; return both sides of it."""
    targets: list[Target] = []
    proofs: list[Proof] = []
    for pod in own:
        taken = [item["uid_after"] for item in targets]
        found, shown = await_successor(group.pods, pod, before, taken=taken, deadline_s=COLLECTED_S)
        targets.append(found)
        proofs += shown
    return targets, proofs
