"""What a fault is refused for on a cluster that is not seatrial's own; `-rP` shows each message."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import fault
from seatrial.cluster import writing
from seatrial.errors import SeatrialError
from seatrial.fault import planning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster import Cluster

pytestmark = pytest.mark.cluster
EXPERIMENTS = Path(__file__).parent.parent.parent / "experiments"
KILL = EXPERIMENTS / "kill-replica.yaml"
NAMESPACE, SELECTOR = "live", "app=target"
BUDGET = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "all", "namespace": NAMESPACE},
    "spec": {"minAvailable": 3, "selector": {"matchLabels": {"app": "target"}}},
}
#: Keeps a deleted pod there until it is taken away.
KEEPER = "seatrial.io/kept-by-a-test"
REFUSED = {
    "no match": ("kill-replica", {"FAULT_SELECTOR": "app=nothing"}, "no pods at all"),
    "no such replica": ("kill-replica", {"FAULT_NAME": "target-9"}, "none of 3 pods"),
    "part of a name": ("kill-replica", {"FAULT_NAME": "target"}, "none of 3 pods"),
    "too many matches": (
        "kill-replica",
        {"FAULT_NAME": "target-.*"},
        "'target-.*' matches target-0 (Ready)",
    ),
    "no pattern": ("kill-replica", {"FAULT_NAME": "target-("}, "the argument name_pattern"),
    "no selector": ("kill-replica", {"FAULT_SELECTOR": "app = a; b"}, "the argument selector"),
    "no workload": ("kill-replica", {"WORKLOAD": "absent"}, "absent"),
    "too many": (
        "delete-replicas",
        {"FAULT_COUNT": "2", "FAULT_SHARE": "1.0"},
        "at most 1: fault.max_replicas is 1",
    ),
    "too large a share": (
        "delete-replicas",
        {"FAULT_COUNT": "2", "FAULT_SHARE": "1.0", "FAULT_MAX_REPLICAS": "3"},
        "fault.max_share 0.5 allows 1",
    ),
    "the cluster's own": (
        "kill-replica",
        {"NAMESPACE": "kube-system", "WORKLOAD": "coredns"},
        "a namespace of the cluster itself",
    ),
    "beyond the namespace": ("burn-cpu", {}, "burn-cpu among them"),
    "the only node": ("drain-node", {}, "no other node"),
    "another's node": ("lose-node", {}, "an embedded cluster"),
    "no number": ("kill-replica", {"FAULT_MAX_REPLICAS": "many"}, "SEATRIAL_FAULT_MAX_REPLICAS"),
}


@pytest.fixture
def foreign(cluster: Cluster, variables: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Return the environment that reaches the same cluster as one that is not seatrial's own."""
    copy = tmp_path / "kubeconfig"
    shutil.copyfile(cluster.kubeconfig, copy)
    return {**variables, "SEATRIAL_KUBECONFIG": str(copy)}


@pytest.fixture
def untouched(cluster: Cluster) -> Iterator[None]:
    """Check that no pod was replaced."""
    before = _uids(cluster)
    yield
    assert _uids(cluster) == before


def _uids(cluster: Cluster) -> dict[str, str]:
    return {pod.name: pod.uid for pod in cluster.pods(NAMESPACE, SELECTOR)}


def _refused(experiment: Path, told: dict[str, str]) -> str:
    with pytest.raises(SeatrialError) as caught:
        planning.preview(experiment, told)
    print(caught.value)  # noqa: T201 -- shown by -rP
    return str(caught.value)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("row", REFUSED)
def test_it_is_refused_with_its_reason(foreign: dict[str, str], row: str) -> None:
    """The dry run, which asks what the fault asks, says what was found and what may be."""
    kind, more, words = REFUSED[row]
    told = {**foreign, **{f"SEATRIAL_{name}": value for name, value in more.items()}}
    assert words in _refused(EXPERIMENTS / f"{kind}.yaml", told)


@pytest.mark.usefixtures("untouched")
def test_an_experiments_own_namespace_is_refused(foreign: dict[str, str], tmp_path: Path) -> None:
    """One that stands in the file, other than the trial's, is never hit."""
    text = KILL.read_text(encoding="utf-8")
    (tmp_path / "own.yaml").write_text(text.replace("${namespace}", "mine"), encoding="utf-8")
    said = _refused(tmp_path / "own.yaml", foreign)
    assert "no other namespace to be touched" in said


def test_a_pod_that_already_goes_is_refused(cluster: Cluster, foreign: dict[str, str]) -> None:
    """What is being deleted would end anyway: no fault takes the credit."""
    with _kept(cluster, "target-2"):
        cluster.kubectl(
            "delete", "pod", "target-2", f"--namespace={NAMESPACE}", "--wait=false", timeout_s=10
        )
        said = _refused(KILL, {**foreign, "SEATRIAL_FAULT_NAME": "target-2"})
    assert "Terminating" in said


@contextmanager
def _kept(cluster: Cluster, pod: str) -> Iterator[None]:
    def finalizers(names: list[str] | None) -> None:
        writing.patch(cluster, "Pod", NAMESPACE, pod, {"metadata": {"finalizers": names}})

    finalizers([KEEPER])
    try:
        yield
    finally:
        finalizers(None)


@pytest.mark.usefixtures("untouched")
def test_nothing_goes_below_a_budget(
    cluster: Cluster, foreign: dict[str, str], tmp_path: Path
) -> None:
    """The dry run says so, and the fault itself touches nothing either."""
    cluster.kubectl("apply", "-f", "-", stdin=json.dumps(BUDGET), timeout_s=10)
    words = "PodDisruptionBudget all allows 0"
    try:
        assert words in _refused(KILL, foreign)
        told = fault.start(KILL, env=foreign, directory=tmp_path).wait(60)
    finally:
        cluster.kubectl(
            "delete", "poddisruptionbudget", "all", f"--namespace={NAMESPACE}", timeout_s=10
        )
    assert words in told.method[0].problem
