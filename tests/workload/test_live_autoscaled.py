"""On a real cluster: whose count of replicas it is, when an overlay is rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from seatrial import workload
from seatrial.progress import SilentProgress
from tests.live.conftest import pause, until

from .made_overlays import NAMESPACE, kustomization, namespace

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster import Cluster

pytestmark = pytest.mark.cluster
PROGRESS = SilentProgress()
AUTOSCALER = {
    "apiVersion": "autoscaling/v2",
    "kind": "HorizontalPodAutoscaler",
    "metadata": {"name": "scaled"},
    "spec": {
        "minReplicas": 1,
        "maxReplicas": 3,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "scaled"},
    },
}


def _pods(cluster: Cluster, **spec: int) -> dict[str, Any]:
    """Return a StatefulSet of pods that pause; ``spec`` may say how many."""
    labels = {"app": "scaled"}
    containers = [{"name": "main", "image": pause(cluster)}]
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "scaled"},
        "spec": {
            "serviceName": "scaled",
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
            **spec,
        },
    }


def _count(cluster: Cluster) -> int:
    return cluster.scalable("StatefulSet", NAMESPACE, "scaled").spec_replicas


@pytest.mark.parametrize("declared", [{"replicas": 1}, {}], ids=["declared", "left out"])
def test_a_count_that_an_autoscaler_wrote_since_stays(
    empty: Cluster, tmp_path: Path, declared: dict[str, int]
) -> None:
    """It took the count over during the trial: that is not written behind its back.

    Where no manifest declares a count, the API does not even say that the autoscaler wrote it.
    """
    pods = _pods(empty, **declared)
    first = kustomization(tmp_path / "first", namespace(), pods, AUTOSCALER)
    workload.apply(empty, first, progress=PROGRESS)
    marked = pods | {"metadata": {"name": "scaled", "annotations": {"by": "overlay"}}}
    applied = workload.apply(empty, kustomization(tmp_path / "k", marked), progress=PROGRESS)
    least = '--patch={"spec":{"minReplicas":2}}'
    empty.kubectl("patch", "hpa", "scaled", "-n", NAMESPACE, least, timeout_s=10)
    until(lambda: _count(empty), lambda count: count == 2)
    workload.roll_back(empty, applied, progress=PROGRESS)
    assert _count(empty) == 2


def test_a_count_that_the_overlay_wrote_is_put_back(empty: Cluster, tmp_path: Path) -> None:
    """An autoscaler is there, but has written nothing: the count is the overlay's doing."""
    first = kustomization(tmp_path / "first", namespace(), _pods(empty, replicas=1), AUTOSCALER)
    workload.apply(empty, first, progress=PROGRESS)
    more = kustomization(tmp_path / "k", _pods(empty, replicas=2))
    applied = workload.apply(empty, more, progress=PROGRESS)
    assert _count(empty) == 2
    workload.roll_back(empty, applied, progress=PROGRESS)
    assert _count(empty) == 1
