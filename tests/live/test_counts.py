"""Counts that are written: by hand against the autoscaler, and metrics-server's to none."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.fault import metrics
from seatrial.undo import left

from .made_up import experiment, missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seatrial.cluster import Cluster
    from seatrial.timeline import FaultWindow

    Run = Callable[..., FaultWindow]

pytestmark = [pytest.mark.cluster, pytest.mark.faults]
EXPERIMENTS = Path(__file__).parent.parent.parent / "experiments"
NAMESPACE = "live"


@pytest.fixture
def run(cluster: Cluster, variables: dict[str, str], tmp_path: Path) -> Run:
    """Return a function that runs a shipped experiment and sees that no record is left."""

    def ran(kind: str, **more: str) -> FaultWindow:
        own = {"SEATRIAL_AUTOSCALER": "target-hpa", "SEATRIAL_FAULT_S": "1", **more}
        found = experiment(EXPERIMENTS / f"{kind}.yaml", tmp_path, {**variables, **own})
        assert left(cluster, NAMESPACE) == ()
        return found

    return ran


@contextmanager
def _without_autoscaler(cluster: Cluster) -> Iterator[None]:
    manifest = cluster.get_manifest("HorizontalPodAutoscaler", NAMESPACE, "target-hpa")
    assert manifest is not None
    cluster.kubectl("delete", "hpa", "target-hpa", f"--namespace={NAMESPACE}", timeout_s=10)
    try:
        yield
    finally:
        cluster.kubectl("create", "-f", "-", stdin=manifest, timeout_s=10)


def test_the_autoscaler_corrects_a_count_by_hand(cluster: Cluster, run: Run) -> None:
    """Two in place of three: a replica goes, the autoscaler writes three, and it stays its."""
    found = run("scale-by-hand")
    assert (missing(found), found.kind, found.undone) == ({}, "scale-by-hand", True)
    assert found.changes == ("replicas",)
    assert [(item.name, item.what) for item in found.targets] == [("target-2", "replica")]
    now = cluster.scalable("StatefulSet", NAMESPACE, "target")
    assert (now.spec_replicas, now.replicas_written.name) == (3, "kube-controller-manager/scale")


def test_without_an_answer_it_does_not_land_and_is_put_back(cluster: Cluster, run: Run) -> None:
    """Nobody corrects the count: no evidence of an answer, and the undo writes three again."""
    with _without_autoscaler(cluster):
        found = run("scale-by-hand", SEATRIAL_ANSWER_DEADLINE_S="2")
        assert set(missing(found)) == {"the autoscaler answered"}
        assert found.undone
        assert cluster.scalable("StatefulSet", NAMESPACE, "target").spec_replicas == 3


@pytest.mark.parametrize("by", ["0", "-3"])
def test_no_count_and_none_left_are_refused(cluster: Cluster, run: Run, by: str) -> None:
    """The same count, or no replica at all, is an error, nothing touched."""
    before = cluster.scalable("StatefulSet", NAMESPACE, "target").generation
    found = run("scale-by-hand", SEATRIAL_FAULT_BY=by)
    assert "another count, of 1 at least" in missing(found)["method succeeded"]
    assert cluster.scalable("StatefulSet", NAMESPACE, "target").generation == before


def test_metrics_are_taken_and_given_back(
    cluster: Cluster, run: Run, until: Callable[..., object]
) -> None:
    """The autoscaler says that it misses them; afterwards there are metrics again."""
    until(lambda: metrics.count(cluster), bool)
    until(lambda: cluster.autoscaler(NAMESPACE, "target-hpa"), lambda it: it.scaling_active is True)
    found = run("no-metrics")
    assert (missing(found), found.kind, found.undone) == ({}, "no-metrics", True)
    assert [(item.name, item.what) for item in found.targets] == [("metrics-server", "Deployment")]
    assert metrics.count(cluster)


def test_metrics_that_nobody_reads_are_not_taken(cluster: Cluster, run: Run) -> None:
    """For an autoscaler that is not there nothing is touched, and the window is not landed."""
    found = run("no-metrics", SEATRIAL_AUTOSCALER="absent")
    assert not found.landed
    assert "absent" in missing(found)["method succeeded"]
    assert cluster.scalable("Deployment", "kube-system", "metrics-server").spec_replicas == 1
