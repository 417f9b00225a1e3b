"""The façade on a real cluster: it reads what is there and deletes what was meant."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.cluster import (
    ClusterError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    connect,
    writing,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from seatrial.cluster import Cluster

pytestmark = pytest.mark.cluster
NAMESPACE, SELECTOR = "live", "app=target"
DNS = "k8s-app=kube-dns"


def test_both_kinds_of_cluster_are_one(cluster: Cluster) -> None:
    """The embedded cluster's kubeconfig, given as a foreign one, reads the very same."""
    with connect(kubeconfig=cluster.kubeconfig, context=cluster.context) as foreign:
        assert foreign.kind == "existing"
        assert foreign.network_namespace is None
        assert foreign.version() == cluster.version()
        assert foreign.pods(NAMESPACE, SELECTOR) == cluster.pods(NAMESPACE, SELECTOR)
    assert cluster.kind == "embedded"
    assert cluster.network_namespace is not None
    assert cluster.network_namespace.exists()


def test_a_pod_is_read_as_it_runs(cluster: Cluster) -> None:
    """A pod's address, resources in effect, environment and image are those of its manifest."""
    pod = cluster.pod(NAMESPACE, "target-0")
    container = pod.containers[0]
    assert pod.ip is not None
    assert pod.ip.startswith("10.244.")
    assert (container.cpu_request_m, container.cpu_limit_m) == (10, 100)
    assert (container.memory_request_mib, container.memory_limit_mib) == (8, 16)
    assert container.env == (("WORKERS", "4"),)
    assert container.image_id
    assert pod.unready_reason == ""


def test_an_unschedulable_pod_says_so(cluster: Cluster, until: Callable[..., Any]) -> None:
    """A pod that fits on no node says that, and what is lacking."""
    overrides = {
        "spec": {
            "containers": [{"name": "big", "image": "x", "resources": {"requests": {"cpu": "900"}}}]
        }
    }
    cluster.kubectl(
        "run",
        "big",
        "-n",
        NAMESPACE,
        "--image=x",
        f"--overrides={json.dumps(overrides)}",
        timeout_s=20,
    )
    try:
        pod = until(
            lambda: cluster.pod(NAMESPACE, "big"),
            lambda pod: "no status" not in pod.unready_reason and pod.unready_reason != "Pending",
        )
        assert "Insufficient cpu" in pod.unready_reason
    finally:
        writing.delete(
            cluster, "Pod", NAMESPACE, "big", uid=cluster.pod(NAMESPACE, "big").uid, grace_s=0
        )


def test_a_stale_uid_deletes_nothing(cluster: Cluster) -> None:
    """A deletion with the UID of an earlier pod is refused, and the pod of that name lives on."""
    before = cluster.pod(NAMESPACE, "target-1")
    with pytest.raises(ConflictError, match="target-1"):
        writing.delete(
            cluster,
            "Pod",
            NAMESPACE,
            "target-1",
            uid="00000000-0000-0000-0000-000000000000",
            grace_s=0,
        )
    after = cluster.pod(NAMESPACE, "target-1")
    assert (after.uid, after.terminating) == (before.uid, False)


def test_a_missing_pod_is_not_found(cluster: Cluster) -> None:
    """Reading or deleting a pod that is not there is a NotFoundError with its name."""
    with pytest.raises(NotFoundError, match="target-9"):
        cluster.pod(NAMESPACE, "target-9")
    with pytest.raises(NotFoundError, match="target-9"):
        writing.delete(cluster, "Pod", NAMESPACE, "target-9", uid="x", grace_s=0)


def test_a_deletion_is_seen_with_its_successor(cluster: Cluster) -> None:
    """A watch shows the deleted pod go and another of its name come, and then ends by itself."""
    victim = cluster.pod(NAMESPACE, "target-2")
    seen: list[tuple[str, str]] = []
    for event, pod in cluster.watch_pods(NAMESPACE, SELECTOR, seconds=5):
        if pod.name != "target-2":
            continue
        if not seen:
            writing.delete(cluster, "Pod", NAMESPACE, "target-2", uid=victim.uid, grace_s=0)
        seen.append((event, pod.uid))
    assert ("ADDED", victim.uid) in seen
    assert ("DELETED", victim.uid) in seen
    assert [uid for event, uid in seen if event == "ADDED" and uid != victim.uid]


def test_endpoints_are_the_ready_replicas(cluster: Cluster) -> None:
    """The endpoints of the Service are the addresses of its Ready pods."""
    addresses = {pod.ip for pod in cluster.pods(NAMESPACE, SELECTOR)}
    assert set(cluster.endpoints(NAMESPACE, "target").ready) == addresses
    assert cluster.endpoints(NAMESPACE, "no-such-service").ready == ()


def test_a_service_has_an_address_or_an_error(cluster: Cluster) -> None:
    """A Service's address and port are read; a headless one has none, and that is an error."""
    address, port = cluster.service_address(NAMESPACE, "front")
    assert address.startswith("10.96.")
    assert port == 8080
    with pytest.raises(ClusterError, match="None"):
        cluster.service_address(NAMESPACE, "target")


def test_who_scales_is_named(cluster: Cluster) -> None:
    """Whoever writes spec.replicas is among the writers, by the way it was written."""
    cluster.kubectl("scale", "deployment/loose", "-n", NAMESPACE, "--replicas=1", timeout_s=20)
    cluster.kubectl("scale", "deployment/loose", "-n", NAMESPACE, "--replicas=2", timeout_s=20)
    assert "kubectl/scale" in cluster.scalable("Deployment", NAMESPACE, "loose").replica_writers


def test_an_autoscaler_is_read(cluster: Cluster) -> None:
    """The autoscaler's range and target are those of its manifest."""
    found = cluster.autoscaler(NAMESPACE, "target-hpa")
    assert (found.min_replicas, found.max_replicas) == (3, 10)
    assert (found.target_kind, found.target_name) == ("StatefulSet", "target")


def test_pods_and_services_are_reached_through_the_api(cluster: Cluster) -> None:
    """A pod and a Service answer through the API server, and their own status comes back."""
    dns = cluster.pods("kube-system", DNS)[0]
    assert cluster.pod_get("kube-system", dns.name, 8181, "/ready", timeout_s=5)[0] == 200
    answer = cluster.service_request("kube-system", "dns-ready", 8181, "/ready", timeout_s=5)
    assert (answer.status, answer.body) == (200, b"OK")
    missing = cluster.service_request("kube-system", "dns-ready", 8181, "/none", timeout_s=5)
    assert missing.status == 404


def test_a_manifest_can_be_applied_again(cluster: Cluster) -> None:
    """What is read as a manifest can be applied as it is; what is not there is None."""
    manifest = cluster.get_manifest("service", NAMESPACE, "front")
    assert manifest is not None
    assert "uid" not in json.loads(manifest)["metadata"]
    cluster.kubectl("replace", "-f", "-", stdin=manifest, timeout_s=20)
    assert cluster.get_manifest("service", NAMESPACE, "none") is None


def test_what_may_not_be_done_is_forbidden(cluster: Cluster, tmp_path: Path) -> None:
    """An identity without the right is refused with a ForbiddenError that names the right."""
    token = cluster.kubectl("create", "token", "default", "-n", NAMESPACE, timeout_s=20).strip()
    raw = json.loads(cluster.kubectl("config", "view", "--raw", "-o", "json", timeout_s=10))
    raw["users"][0]["user"] = {"token": token}
    weak = tmp_path / "weak"
    weak.write_text(json.dumps(raw))
    with (
        connect(kubeconfig=weak, context=cluster.context) as limited,
        pytest.raises(ForbiddenError, match="cannot list resource"),
    ):
        limited.pods(NAMESPACE, SELECTOR)


def test_a_wrong_certificate_is_not_trusted(cluster: Cluster, tmp_path: Path) -> None:
    """An API server that another authority signed is refused, not talked to."""
    raw = json.loads(cluster.kubectl("config", "view", "--raw", "-o", "json", timeout_s=10))
    user = raw["users"][0]["user"]
    raw["clusters"][0]["cluster"]["certificate-authority-data"] = user["client-certificate-data"]
    assert base64.b64decode(user["client-certificate-data"])
    foreign = tmp_path / "foreign"
    foreign.write_text(json.dumps(raw))
    with pytest.raises(ClusterError, match=r"(?i)certificate"):
        connect(kubeconfig=foreign, context=cluster.context)
