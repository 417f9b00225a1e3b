"""The workload over three nodes: spread, and back in full after a node was lost."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.cluster import embedded
from seatrial.cluster.embedded import images
from seatrial.progress import LineProgress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster.embedded import EmbeddedCluster
    from tests.embedded.conftest import Live

pytestmark = [pytest.mark.nodes, pytest.mark.kills]

NAME = "t-spread"
OVERLAY = Path(__file__).parents[2] / "k8s/overlays/nodes"
NAMESPACE = "--namespace=financial-inference"
#: Taints a lost node for good: only then may a StatefulSet's pod have a successor.
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service=lost:NoExecute"


@pytest.fixture(scope="module")
def cluster(live: Live) -> Iterator[EmbeddedCluster]:
    """Three nodes with the workload of the overlay, all of it Ready."""
    progress = LineProgress()
    embedded.prepare_machine(progress)
    tars = images.build_all(progress)
    try:
        up = embedded.up(NAME, images=tars, owner_pid=os.getpid(), progress=progress, node_count=3)
        live.kubectl(up, "apply", "--server-side", "-k", str(OVERLAY))
        # The number of replicas is to stay what is counted here.
        live.kubectl(up, "delete", "horizontalpodautoscaler", NAMESPACE, "mlserver-hpa")
        live.wait_until(
            lambda: (
                (len(ready(live, up, "mlserver")), len(ready(live, up, "seldon-envoy"))) == (3, 2)
            ),
            "three replicas and two proxies",
            150,
        )
        yield up
    finally:
        embedded.down(NAME, progress=progress)


def pods(live: Live, cluster: EmbeddedCluster, workload: str) -> list[dict[str, Any]]:
    """Return the pods of one workload."""
    selector = f"--selector=app.kubernetes.io/name={workload}"
    shown = live.kubectl(cluster, "get", "pods", NAMESPACE, selector, "-o", "json")
    found: list[dict[str, Any]] = json.loads(shown)["items"]
    return found


def ready(live: Live, cluster: EmbeddedCluster, workload: str) -> dict[str, str]:
    """Return the nodes of the Ready pods of one workload, by the pods' UIDs."""
    return {
        pod["metadata"]["uid"]: pod["spec"]["nodeName"]
        for pod in pods(live, cluster, workload)
        if "deletionTimestamp" not in pod["metadata"]
        and {"Ready"}
        <= {c["type"] for c in pod["status"].get("conditions", []) if c["status"] == "True"}
    }


def test_replicas_and_proxies_are_on_different_nodes(live: Live, cluster: EmbeddedCluster) -> None:
    """Three replicas are on three nodes, two proxies on two."""
    assert len(set(ready(live, cluster, "mlserver").values())) == 3
    assert len(set(ready(live, cluster, "seldon-envoy").values())) == 2


def test_a_lost_nodes_replica_has_a_successor_only_after_the_taint(
    live: Live, cluster: EmbeddedCluster
) -> None:
    """Deleted but never confirmed, it blocks its name; out of service, it is replaced elsewhere."""
    before = ready(live, cluster, "mlserver")
    lost = embedded.nodes(NAME)[2].name
    victim = next(uid for uid, node in before.items() if node == lost)
    embedded.lose_node(NAME, lost)
    live.wait_until(
        lambda: any(
            pod["metadata"]["uid"] == victim and "deletionTimestamp" in pod["metadata"]
            for pod in pods(live, cluster, "mlserver")
        ),
        "the lost node's replica is to be deleted",
        40,
    )
    live.wait_until(lambda: len(ready(live, cluster, "seldon-envoy")) == 2, "two proxies again", 60)
    assert victim in {pod["metadata"]["uid"] for pod in pods(live, cluster, "mlserver")}
    live.kubectl(cluster, "taint", "node", lost, OUT_OF_SERVICE)
    try:
        live.wait_until(
            lambda: len(ready(live, cluster, "mlserver")) == 3, "three replicas again", 120
        )
        after = ready(live, cluster, "mlserver")
        assert lost not in after.values()
        assert set(before) - set(after) == {victim}, "the others stayed"
    finally:
        embedded.return_node(NAME, lost, progress=LineProgress())
        live.kubectl(cluster, "taint", "node", lost, f"{OUT_OF_SERVICE}-")
    shown = live.kubectl(cluster, "get", "node", lost, "--no-headers")
    assert shown.split()[1] == "Ready"


def test_a_drained_nodes_replica_moves(live: Live, cluster: EmbeddedCluster) -> None:
    """Not blocked by the spread, where a cordoned node does not count: one by one all move."""
    live.wait_until(lambda: len(ready(live, cluster, "mlserver")) == 3, "three replicas", 120)
    before = ready(live, cluster, "mlserver")
    # The node that was lost may have none.
    drained = next(node for node in before.values() if node != embedded.nodes(NAME)[0].name)
    # A node that took over has two replicas: the budget lets the second go once the first one's
    # successor is Ready.
    flags = ("--ignore-daemonsets", "--delete-emptydir-data", "--timeout=150s")
    said = live.kubectl(cluster, "drain", drained, *flags, seconds=170)
    try:
        assert f"node/{drained} drained" in said, said + budgets(live, cluster)
        live.wait_until(
            lambda: len(ready(live, cluster, "mlserver")) == 3, "three replicas again", 90
        )
        assert drained not in ready(live, cluster, "mlserver").values()
    finally:
        live.kubectl(cluster, "uncordon", drained)


def budgets(live: Live, cluster: EmbeddedCluster) -> str:
    """Say which pods there are and what their disruption budgets allow."""
    return live.kubectl(cluster, "get", "pods,poddisruptionbudgets", NAMESPACE, "-o", "wide")
