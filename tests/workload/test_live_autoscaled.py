"""On a real cluster: a count that an autoscaler took over during a trial stays its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from seatrial import workload
from tests.live.conftest import until

from .test_live_roll_back import NAMESPACE, PROGRESS, empty, kustomization, namespace

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster import Cluster

pytestmark = pytest.mark.cluster
__all__ = ["empty"]


def _scaled(cluster: Cluster, least: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a StatefulSet of one replica, and an autoscaler of it that wants ``least``."""
    nodes = json.loads(cluster.kubectl("get", "nodes", "--output=json", timeout_s=10))["items"]
    names = [name for image in nodes[0]["status"]["images"] for name in image["names"]]
    pause = next(name for name in names if "seatrial/pause:" in name)
    labels = {"app": "scaled"}
    workload = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "scaled"},
        "spec": {
            "replicas": 1,
            "serviceName": "scaled",
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": pause}]},
            },
        },
    }
    autoscaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "scaled"},
        "spec": {
            "minReplicas": least,
            "maxReplicas": 3,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "scaled"},
        },
    }
    return workload, autoscaler


def _count(cluster: Cluster) -> int:
    return cluster.scalable("StatefulSet", NAMESPACE, "scaled").replicas


def test_a_count_that_an_autoscaler_wrote_only_since_stays(empty: Cluster, tmp_path: Path) -> None:
    """It was declared, then an autoscaler took it over: it is not written behind its back."""
    workload_, autoscaler = _scaled(empty, 1)
    first = kustomization(tmp_path / "first", namespace(), workload_, autoscaler)
    workload.apply(empty, first, progress=PROGRESS)
    marked = workload_ | {"metadata": {"name": "scaled", "annotations": {"by": "overlay"}}}
    applied = workload.apply(empty, kustomization(tmp_path / "k", marked), progress=PROGRESS)
    least = '--patch={"spec":{"minReplicas":2}}'
    empty.kubectl("patch", "hpa", "scaled", "-n", NAMESPACE, least, timeout_s=10)
    until(lambda: _count(empty), lambda count: count == 2)
    workload.roll_back(empty, applied, progress=PROGRESS)
    assert _count(empty) == 2
