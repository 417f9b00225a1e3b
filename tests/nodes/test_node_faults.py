"""A node drained and a node lost by their experiments: landed with all evidence, and undone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import Cluster, connect, embedded, writing
from seatrial.fault.nodes import OUT_OF_SERVICE
from seatrial.progress import LineProgress
from seatrial.undo import left
from tests.live.conftest import NAMESPACE, deploy, until
from tests.live.made_up import experiment, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.nodes, pytest.mark.kills]

NAME = "t-node-faults"
EXPERIMENTS = Path(__file__).parents[2] / "experiments"


@pytest.fixture(scope="module")
def host() -> Iterator[Cluster]:
    """Three nodes with a workload of three pausing replicas."""
    progress = LineProgress()
    embedded.up(NAME, images=(), owner_pid=os.getpid(), progress=progress, node_count=3)
    try:
        with connect(embedded=NAME) as cluster:
            deploy(cluster)
            yield cluster
    finally:
        embedded.down(NAME, progress=progress)


@pytest.fixture
def cluster(host: Cluster) -> Cluster:
    """Return the cluster once three replicas are Ready."""
    until(
        lambda: [pod.ready and not pod.terminating for pod in host.pods(NAMESPACE, "app=target")],
        lambda seen: seen == [True] * 3,
        seconds=90,
    )
    return host


@pytest.fixture
def variables(cluster: Cluster) -> dict[str, str]:
    """Return what points an experiment at the workload."""
    return {
        "SEATRIAL_KUBECONFIG": str(cluster.kubeconfig),
        "SEATRIAL_CONTEXT": cluster.context,
        "SEATRIAL_NAMESPACE": NAMESPACE,
        "SEATRIAL_WORKLOAD": "target",
    }


def _marks(cluster: Cluster) -> dict[str, tuple[bool, bool]]:
    """Return of each node whether it is cordoned, and whether it is out of service."""
    return {
        raw["metadata"]["name"]: (
            bool(raw["spec"].get("unschedulable")),
            any(item["key"] == OUT_OF_SERVICE for item in raw["spec"].get("taints") or ()),
        )
        for raw in writing.listed(cluster, "Node", "")
    }


def test_a_node_is_drained_and_takes_pods_again(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path
) -> None:
    """Its replicas end and start elsewhere; afterwards it is as it was."""
    before = _marks(cluster)
    found = experiment(EXPERIMENTS / "drain-node.yaml", tmp_path, variables)
    assert (missing(found), found.kind, found.undone) == ({}, "drain-node", True), found.note
    assert all(item.uid_after not in ("", item.uid_before) for item in found.targets)
    assert (_marks(cluster), left(cluster, NAMESPACE)) == (before, ())


def test_a_node_is_lost_and_comes_back(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path
) -> None:
    """Its replicas have successors elsewhere; afterwards it is Ready, without a taint."""
    before = _marks(cluster)
    further = {node.name for node in embedded.nodes(NAME) if not node.first}
    found = experiment(EXPERIMENTS / "lose-node.yaml", tmp_path, variables)
    assert (missing(found), found.kind, found.undone) == ({}, "lose-node", True), found.note
    assert found.targets
    assert {node.name for node in embedded.nodes(NAME) if node.pid} >= further
    assert (_marks(cluster), left(cluster, NAMESPACE)) == (before, ())


def test_without_another_node_no_node_is_drained(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path
) -> None:
    """With all others cordoned the drain is refused, and nothing was touched."""
    chosen = cluster.pods(NAMESPACE, "app=target")[0]
    others = [name for name in _marks(cluster) if name != chosen.node]
    for name in others:
        cluster.kubectl("cordon", name, timeout_s=10)
    try:
        own = {**variables, "SEATRIAL_FAULT_NAME": chosen.name}
        found = experiment(EXPERIMENTS / "drain-node.yaml", tmp_path, own)
        assert "no other node" in missing(found)["method succeeded"]
        assert not found.landed
        assert _marks(cluster)[chosen.node] == (False, False)
    finally:
        for name in others:
            cluster.kubectl("uncordon", name, timeout_s=10)


def test_the_first_nodes_replica_is_never_lost(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path
) -> None:
    """Named, it is refused: there is the control plane."""
    first = next(node.name for node in embedded.nodes(NAME) if node.first)
    there = [pod.name for pod in cluster.pods(NAMESPACE, "app=target") if pod.node == first]
    own = {**variables, "SEATRIAL_FAULT_NAME": there[0] if there else "target-9"}
    found = experiment(EXPERIMENTS / "lose-node.yaml", tmp_path, own)
    assert "but for the first node" in missing(found)["method succeeded"]
    assert not found.landed
