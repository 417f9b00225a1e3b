"""The proxy may be of either kind: its counts are sampled all the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from seatrial.cluster import connect
from seatrial.config import Config
from seatrial.observe import envoy
from seatrial.observe.proxies import Proxies
from seatrial.timeline import ProxySample

if TYPE_CHECKING:
    from seatrial.observe.log import Sample
    from tests.cluster.conftest import LoopbackApi

WORKLOAD = {
    "metadata": {
        "name": "seldon-envoy",
        "namespace": "ns",
        "uid": "w",
        "generation": 1,
        "resourceVersion": "1",
    },
    "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "envoy"}}},
}
POD = {
    "metadata": {"name": "envoy-0", "uid": "p", "creationTimestamp": "2026-01-01T00:00:00Z"},
    "spec": {"containers": []},
    "status": {"phase": "Running", "podIP": "10.0.0.9"},
}
STATS = {"stats": [{"name": "cluster.arm.upstream_rq_total", "value": 45}]}


@pytest.mark.parametrize("plural", ["statefulsets", "deployments"])
def test_a_proxy_of_either_kind_is_sampled(
    plural: str, loopback: LoopbackApi, kubeconfig: Path
) -> None:
    """What the proxy counts is recorded, be it a Deployment or a StatefulSet."""
    listed = {"metadata": {"resourceVersion": "7"}, "items": [POD]}
    pods = "/api/v1/namespaces/ns/pods"
    for path, answer in (
        (f"/apis/apps/v1/namespaces/ns/{plural}/seldon-envoy", WORKLOAD),
        (f"{pods}?labelSelector={quote('app=envoy')}", listed),
        (f"{pods}/envoy-0:9901/proxy{envoy.STATS_PATH}", STATS),
    ):
        loopback.answers[f"GET {path}"] = (200, json.dumps(answer).encode())
    target = Config(root=Path("/"), target={"namespace": "ns"}).target
    found: list[Sample] = []
    with connect(kubeconfig=kubeconfig, context="here") as cluster:
        Proxies(cluster, target).round(lambda: 5, found.append)
    [sample] = found
    assert isinstance(sample, ProxySample)
    assert [(item.upstream, item.requests) for item in sample.upstreams] == [("arm", 45)]
