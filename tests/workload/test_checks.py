"""What is said of a workload that does not serve yet: each missing part by its name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.cluster import connect
from seatrial.config import Config
from seatrial.workload import checks

if TYPE_CHECKING:
    from tests.cluster.conftest import LoopbackApi

WORKLOADS = "/apis/apps/v1/namespaces/ns"
META = {"name": "seldon-envoy", "namespace": "ns", "uid": "w", "resourceVersion": "1"}
SPEC = {"replicas": 1, "selector": {"matchLabels": {"app": "envoy"}}}


@pytest.mark.parametrize(
    ("plural", "kind"), [("statefulsets", "StatefulSet"), ("deployments", "Deployment")]
)
def test_a_proxy_of_either_kind_has_to_be_ready(
    plural: str, kind: str, loopback: LoopbackApi, kubeconfig: Path
) -> None:
    """A proxy that is not there is missing; one of either kind is told by it until it is Ready."""
    target = Config(root=Path("/"), target={"namespace": "ns"}).target
    status = {"observedGeneration": 1, "replicas": 1, "readyReplicas": 1, "updatedReplicas": 1}
    with connect(kubeconfig=kubeconfig, context="here") as cluster:
        assert checks.proxy(cluster, target) == ["the proxy seldon-envoy does not exist in ns"]
        raw: dict[str, Any] = {"metadata": META | {"generation": 2}, "spec": SPEC, "status": status}
        address = f"GET {WORKLOADS}/{plural}/seldon-envoy"
        loopback.answers[address] = (200, json.dumps(raw).encode())
        told = f"{kind} seldon-envoy: its newest change has not been taken up"
        assert checks.proxy(cluster, target) == [told]
        raw["metadata"]["generation"] = 1
        loopback.answers[address] = (200, json.dumps(raw).encode())
        assert checks.proxy(cluster, target) == []
