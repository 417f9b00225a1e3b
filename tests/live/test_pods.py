"""Pods taken away in every other way than a kill: it lands with evidence, or not at all."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .made_up import experiment, missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seatrial.cluster import Cluster
    from seatrial.timeline import FaultWindow

    Run = Callable[..., FaultWindow]

pytestmark = pytest.mark.cluster
EXPERIMENTS = Path(__file__).parent.parent.parent / "experiments"
NAMESPACE = "live"


@pytest.fixture
def run(cluster: Cluster, variables: dict[str, str], tmp_path: Path) -> Run:
    """Return a function that runs a shipped experiment by its kind, with more variables."""
    assert cluster.pods(NAMESPACE, "app=target")

    def ran(kind: str, **more: str) -> FaultWindow:
        everything = {**variables, "SEATRIAL_PROXY": "loose", **more}
        return experiment(EXPERIMENTS / f"{kind}.yaml", tmp_path, everything)

    return ran


def _uids(cluster: Cluster, app: str = "target") -> dict[str, str]:
    return {pod.name: pod.uid for pod in cluster.pods(NAMESPACE, f"app={app}")}


@contextmanager
def _budget(cluster: Cluster, app: str) -> Iterator[None]:
    """Let a PodDisruptionBudget forbid every eviction of these pods, and take it away after."""
    budget: dict[str, Any] = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "none", "namespace": NAMESPACE},
        "spec": {"maxUnavailable": 0, "selector": {"matchLabels": {"app": app}}},
    }
    cluster.kubectl("create", "-f", "-", stdin=json.dumps(budget), timeout_s=10)
    try:
        yield
    finally:
        cluster.kubectl("delete", "pdb", "none", f"--namespace={NAMESPACE}", timeout_s=10)


def _evidence(window: FaultWindow) -> dict[str, str]:
    return {item.name: item.detail for item in window.evidence}


def test_an_eviction_lands_with_evidence(cluster: Cluster, run: Run) -> None:
    """The named replica is asked by the eviction API, given its grace, ends, and is replaced."""
    before = _uids(cluster)
    found = run("evict-replica", SEATRIAL_FAULT_NAME="target-1")
    after = _uids(cluster)
    assert (missing(found), found.kind, found.undone) == ({}, "evict-replica", True)
    assert _evidence(found)["asked by eviction"] == "EvictionByEvictionAPI"
    assert _evidence(found)["given its grace"] == "60 s of its own 60 s"
    assert "main exit code 0" in _evidence(found)["ended by itself"]
    [target] = found.targets
    assert (target.uid_before, target.uid_after) == (before["target-1"], after["target-1"])
    assert before["target-1"] != after["target-1"]
    assert (after["target-0"], after["target-2"]) == (before["target-0"], before["target-2"])


def test_a_forbidden_eviction_touches_nothing(cluster: Cluster, run: Run) -> None:
    """While a PodDisruptionBudget forbids it nothing is evicted, and the window is not landed."""
    before = _uids(cluster)
    with _budget(cluster, "target"):
        found = run("evict-replica", SEATRIAL_BUDGET_DEADLINE_S="1")
    assert not found.landed
    assert "disruption budget" in missing(found)["method succeeded"]
    assert _uids(cluster) == before


def test_a_graceful_deletion_lands_with_evidence(cluster: Cluster, run: Run) -> None:
    """A replica deleted with its own grace ends by itself and is replaced."""
    before = _uids(cluster)
    found = run("delete-replica", SEATRIAL_FAULT_NAME="target-2")
    assert (missing(found), found.kind) == ({}, "delete-replica")
    assert found.targets[0].uid_after == _uids(cluster)["target-2"] != before["target-2"]
    assert "asked by eviction" not in _evidence(found)


def test_several_are_killed_at_once(cluster: Cluster, run: Run) -> None:
    """Two of three are replaced, each with its own evidence; the third is left alone."""
    before = _uids(cluster)
    found = run("delete-replicas", SEATRIAL_SEED="2")
    after = _uids(cluster)
    assert (missing(found), found.kind) == ({}, "delete-replicas")
    assert [item.name for item in found.targets] == ["target-2", "target-0"]
    assert [item.uid_after for item in found.targets] == [after["target-2"], after["target-0"]]
    assert after["target-1"] == before["target-1"]


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("delete-replicas", {"SEATRIAL_FAULT_COUNT": "3"}, "at most 2, a share of 0.67"),
        ("delete-replicas", {"SEATRIAL_FAULT_COUNT": "4"}, "4 Ready replicas"),
        ("delete-replica", {"SEATRIAL_FAULT_NAME": "target-[12]"}, "matches target-1"),
        ("kill-proxy", {"SEATRIAL_FAULT_NAME": "loose"}, "none of 2 pods"),
    ],
)
def test_what_may_not_be_hit_is_not_touched(
    cluster: Cluster, run: Run, kind: str, more: dict[str, str], words: str
) -> None:
    """Too many, too few, several matches, a name that is no whole name: nothing is hit."""
    before = (_uids(cluster), _uids(cluster, "loose"))
    found = run(kind, **more)
    assert not found.landed
    assert words in missing(found)["method succeeded"]
    assert (_uids(cluster), _uids(cluster, "loose")) == before


@pytest.mark.parametrize("kind", ["kill-proxy", "evict-proxy"])
def test_a_proxy_is_taken_away(cluster: Cluster, run: Run, kind: str) -> None:
    """A Deployment's pod in front is replaced by one of another name, the replicas stay."""
    before, replicas = _uids(cluster, "loose"), _uids(cluster)
    found = run(kind)
    assert (missing(found), found.kind, found.undone) == ({}, kind, True)
    [target] = found.targets
    after = _uids(cluster, "loose")
    assert (target.what, before[target.name]) == ("proxy", target.uid_before)
    assert target.uid_after in after.values()
    assert target.name not in after
    assert _uids(cluster) == replicas


def test_a_forbidden_eviction_of_a_proxy_touches_nothing(cluster: Cluster, run: Run) -> None:
    """A proxy's PodDisruptionBudget is honoured, too."""
    before = _uids(cluster, "loose")
    with _budget(cluster, "loose"):
        found = run("evict-proxy", SEATRIAL_BUDGET_DEADLINE_S="1")
    assert not found.landed
    assert "disruption budget" in missing(found)["method succeeded"]
    assert _uids(cluster, "loose") == before
