"""A running embedded cluster keeps the promises its users rely on."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import time
from io import BytesIO
from typing import TYPE_CHECKING

import psutil
import pytest

from seatrial.cache import cache_root
from seatrial.cluster import embedded
from seatrial.cluster.embedded import oci, programs
from seatrial.progress import LineProgress

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster.embedded import EmbeddedCluster
    from tests.embedded.conftest import Live

pytestmark = pytest.mark.cluster

#: Asks the cluster's DNS for the API's address, by hand: one A question, the answer's last 4 bytes.
ASK_DNS = """
import socket, struct
name = b"".join(bytes([len(p)]) + p for p in b"kubernetes.default.svc.cluster.local".split(b"."))
question = struct.pack("!6H", 7, 256, 1, 0, 0, 0) + name + b"\\0" + struct.pack("!2H", 1, 1)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(question, ("10.96.0.10", 53))
print(socket.inet_ntoa(s.recv(512)[-4:]))
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: loaded, namespace: default}
spec:
  containers:
    - {name: c, image: "example-model:7", imagePullPolicy: Never}
"""


def test_top_answers_soon_after_the_start(live: Live, cluster: EmbeddedCluster) -> None:
    """`kubectl top` has the first figures within 25 s of the cluster being up."""
    took = live.wait_until(
        lambda: "coredns" in live.kubectl(cluster, "top", "pods", "--namespace", "kube-system"),
        "kubectl top knows CoreDNS",
        25,
    )
    assert took < 25


def test_a_second_up_is_quick_and_changes_nothing(live: Live, cluster: EmbeddedCluster) -> None:
    """`up` of a cluster that is up gives the same cluster within 2 s."""
    started = time.monotonic()
    assert live.bring_up(cluster.name) == cluster
    assert time.monotonic() - started < 2


def test_nodes_say_which_kubernetes_they_are(live: Live, cluster: EmbeddedCluster) -> None:
    """The node reports the version its sources have, not a placeholder."""
    version = live.kubectl(cluster, "get", "nodes", "-o", "jsonpath={..kubeletVersion}")
    assert version == programs.kubernetes_version()[0]


def test_the_api_listens_on_loopback_only(cluster: EmbeddedCluster) -> None:
    """Nobody on the network reaches the API: its one listener on the host is 127.0.0.1."""
    listeners = {
        connection.laddr.ip
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
        and connection.laddr
        and connection.laddr.port == cluster.api_port
    }
    assert listeners == {"127.0.0.1"}


def test_the_kubeconfig_is_roots_alone_and_names_one_context(cluster: EmbeddedCluster) -> None:
    """The admin's key is in it: mode 0600."""
    assert cluster.kubeconfig.stat().st_mode & 0o777 == 0o600
    document = json.loads(cluster.kubeconfig.read_text())
    assert [context["name"] for context in document["contexts"]] == [cluster.context]


def test_names_resolve_through_the_services_address(cluster: EmbeddedCluster) -> None:
    """DNS answers under its Service address: CoreDNS, kube-proxy and the pod network work."""
    inside = ("nsenter", "--target", str(cluster.node_pid), "--net")
    answer = subprocess.run(
        [*inside, sys.executable, "-c", ASK_DNS],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert answer.stdout.strip() == "10.96.0.1", answer.stderr


@pytest.mark.parametrize("account", ["coredns", "metrics-server"])
@pytest.mark.parametrize(
    "action", [("*", "*"), ("get", "secrets"), ("create", "pods"), ("delete", "services")]
)
def test_addons_have_no_more_rights_than_they_need(
    live: Live, cluster: EmbeddedCluster, account: str, action: tuple[str, str]
) -> None:
    """CoreDNS and metrics-server may neither read secrets nor change anything."""
    user = f"--as=system:serviceaccount:kube-system:{account}"
    assert live.kubectl(cluster, "auth", "can-i", *action, user).startswith("no")


def test_the_scheduler_is_no_administrator(live: Live, cluster: EmbeddedCluster) -> None:
    """A component's identity is bound by RBAC: rights it was not given it lacks."""
    user = "--as=system:kube-scheduler"
    binding = ("create", "pods", "--subresource=binding")
    assert live.kubectl(cluster, "auth", "can-i", *binding, user).startswith("yes")
    assert live.kubectl(cluster, "auth", "can-i", "delete", "nodes", user).startswith("no")


def test_a_saved_image_runs_once_it_is_loaded(
    live: Live, cluster: EmbeddedCluster, tmp_path: Path
) -> None:
    """A pod starts from an image that came as a `docker save` archive."""
    file = docker_save(tmp_path / "model.tar", "example-model:7")
    loaded = embedded.load_image(cluster.name, file, progress=LineProgress())
    assert loaded == ("docker.io/library/example-model:7",)
    live.kubectl(cluster, "apply", "--filename", "-", stdin=POD)
    live.wait_until(
        lambda: "Running" in live.kubectl(cluster, "get", "pod", "loaded"), "the pod runs", 30
    )


def test_the_workload_fits_on_the_node(live: Live, cluster: EmbeddedCluster) -> None:
    """All of the machine's cores are there to be requested."""
    allocatable = live.kubectl(cluster, "get", "nodes", "-o", "jsonpath={..allocatable.cpu}")
    assert allocatable == str(psutil.cpu_count())


def test_logs_and_exec_reach_the_kubelet(live: Live, cluster: EmbeddedCluster) -> None:
    """The API server may call the kubelet: `kubectl logs` shows CoreDNS' own words."""
    said = live.kubectl(cluster, "logs", "--namespace", "kube-system", "deployment/coredns")
    assert "CoreDNS-" in said


def docker_save(path: Path, tag: str) -> Path:
    """Write a `docker save` archive of the pause program, as Docker lays it out."""
    pause = layer_of(built().pause_image)
    digest = hashlib.sha256(pause).hexdigest()
    settings = json.dumps(
        {
            "architecture": oci.architecture(),
            "os": "linux",
            "config": {"Entrypoint": ["/pause"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        }
    ).encode()
    configuration = f"{hashlib.sha256(settings).hexdigest()}.json"
    manifest = [{"Config": configuration, "RepoTags": [tag], "Layers": ["1/layer.tar"]}]
    with tarfile.open(path, "w") as tar:
        oci.add_file(tar, configuration, settings)
        oci.add_file(tar, "1/layer.tar", pause)
        oci.add_file(tar, "manifest.json", json.dumps(manifest).encode())
    return path


def built() -> programs.Programs:
    """Give the programs, built by the cluster's start."""
    return programs.build(cache_root(), LineProgress())


def layer_of(image: Path) -> bytes:
    """Give the one layer of an image archive of ours."""
    with tarfile.open(image) as tar:
        contents = [content.read() for item in tar if (content := tar.extractfile(item))]
    return next(content for content in contents if tarfile.is_tarfile(BytesIO(content)))
