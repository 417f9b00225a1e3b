"""On a real cluster: what an apply changed is put back, whatever was there and whatever failed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from seatrial import undo, workload
from seatrial.progress import SilentProgress
from seatrial.undo import files, maps
from seatrial.workload import WorkloadError
from seatrial.workload.mechanisms import MECHANISMS

from .made_overlays import NAMESPACE, kustomization, namespace

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster import Cluster

pytestmark = pytest.mark.cluster

PROGRESS = SilentProgress()
#: Not readable by the API server's rules: the second object of an apply that fails half way.
BROKEN = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "broken"},
    "spec": {"ports": [{"port": 1}], "clusterIP": "not an address"},
}


def config_map(value: str, name: str = "settings") -> dict[str, Any]:
    """Return a small object with one value in it."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": {"value": value},
    }


def state(cluster: Cluster) -> Any:  # noqa: ANN401 -- raw JSON
    """Return the ConfigMap's data and who owns it, None if it is not there."""
    found = cluster.kubectl(
        "get", "configmap", "settings", "-n", NAMESPACE, "--ignore-not-found",
        "--show-managed-fields", "-o", "json", timeout_s=10,
    )  # fmt: skip
    if not found:
        return None
    raw = json.loads(found)
    return raw["data"], raw["metadata"]["managedFields"]


def exists(cluster: Cluster) -> bool:
    """Return whether the tests' namespace is there."""
    flags = ["--ignore-not-found", "-o", "name"]
    return bool(cluster.kubectl("get", "namespace", NAMESPACE, *flags, timeout_s=10))


def replay(cluster: Cluster) -> None:
    """Undo what is left in the tests' namespace, as another process would."""
    undo.replay(cluster, undo.left(cluster, NAMESPACE), MECHANISMS)


def test_what_did_not_exist_is_gone(empty: Cluster, tmp_path: Path) -> None:
    """Namespace, object and record go, and a second roll-back finds nothing to do."""
    folder = kustomization(tmp_path / "k", namespace(), config_map("new"))
    applied = workload.apply(empty, folder, progress=PROGRESS)
    assert state(empty)[0] == {"value": "new"}
    for _ in range(2):
        workload.roll_back(empty, applied, progress=PROGRESS)
        assert not exists(empty)
    assert undo.left(empty, NAMESPACE) == ()


def test_what_existed_is_back_with_its_owners(empty: Cluster, tmp_path: Path) -> None:
    """A changed object gets its old content, and its old field managers too."""
    first = kustomization(tmp_path / "first", namespace(), config_map("old"))
    workload.apply(empty, first, progress=PROGRESS)
    before = state(empty)
    second = kustomization(tmp_path / "second", config_map("new"))
    applied = workload.apply(empty, second, progress=PROGRESS)
    assert state(empty)[0] == {"value": "new"}
    workload.roll_back(empty, applied, progress=PROGRESS)
    assert state(empty) == before


@pytest.mark.parametrize("half", ["file", "cluster"])
def test_either_half_of_the_record_is_enough(empty: Cluster, tmp_path: Path, half: str) -> None:
    """Whoever finds the file or the ConfigMap of a killed process can put the workload back."""
    folder = kustomization(tmp_path / "k", namespace(), config_map("new"))
    record = workload.apply(empty, folder, progress=PROGRESS).record
    if half == "file":
        maps.remove(empty, record)
    else:
        files.remove(record)
    assert [item.where for item in undo.left(empty, NAMESPACE)] == [half]
    replay(empty)
    assert not exists(empty)
    assert undo.left(empty, NAMESPACE) == ()


def test_the_newest_of_two_overlays_goes_first(empty: Cluster, tmp_path: Path) -> None:
    """A killed process may leave several: each is undone upon what the earlier one made."""
    for value in ("old", "new"):
        folder = kustomization(tmp_path / value, namespace(), config_map(value))
        workload.apply(empty, folder, progress=PROGRESS)
    assert len(undo.left(empty, NAMESPACE)) == 2
    replay(empty)
    assert not exists(empty)


def test_a_secret_is_written_nowhere(empty: Cluster, tmp_path: Path) -> None:
    """A new one is applied and removed, an unchanged one left alone, a changed one refused."""
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}}
    first = kustomization(
        tmp_path / "first", namespace(), secret | {"stringData": {"k": "hunter22"}}
    )
    applied = workload.apply(empty, first, progress=PROGRESS)
    kept = empty.kubectl("get", "configmaps", "-n", NAMESPACE, "-o", "yaml", timeout_s=10)
    for text in (kept, applied.record.to_json()):
        assert "hunter22" not in text
        assert "aHVudGVyMjI=" not in text
    again = workload.apply(empty, first, progress=PROGRESS)
    assert [item.reference.kind for item in again.applied] == ["Namespace"]
    other = kustomization(tmp_path / "other", secret | {"stringData": {"k": "another"}})
    with pytest.raises(WorkloadError, match="change it yourself before the trial") as told:
        workload.apply(empty, other, progress=PROGRESS)
    assert "another" not in str(told.value).replace("another content", "")
    replay(empty)
    assert not exists(empty)


def test_an_apply_that_fails_half_way_leaves_nothing(empty: Cluster, tmp_path: Path) -> None:
    """The error names the object, and what had been applied before it is gone again."""
    folder = kustomization(tmp_path / "k", namespace(), config_map("new"), BROKEN)
    with pytest.raises(WorkloadError, match="broken"):
        workload.apply(empty, folder, progress=PROGRESS)
    assert not exists(empty)


def test_a_field_of_somebody_else_is_not_taken(empty: Cluster, tmp_path: Path) -> None:
    """A value that another manager owns is a conflict that names it, and stays as it was."""
    first = kustomization(tmp_path / "first", namespace(), config_map("theirs"))
    empty.kubectl(
        "apply", "--server-side", "--field-manager=gitops", "-k", str(first), timeout_s=30
    )
    before = state(empty)
    second = kustomization(tmp_path / "second", config_map("ours"))
    with pytest.raises(WorkloadError, match="gitops"):
        workload.apply(empty, second, progress=PROGRESS)
    assert state(empty) == before


def test_a_namespace_in_use_is_kept(empty: Cluster, tmp_path: Path) -> None:
    """What somebody put into the applied namespace is named and not deleted with it."""
    folder = kustomization(tmp_path / "k", namespace(), config_map("new"))
    applied = workload.apply(empty, folder, progress=PROGRESS)
    empty.kubectl("create", "configmap", "theirs", "-n", NAMESPACE, timeout_s=10)
    with pytest.raises(WorkloadError, match="configmap/theirs"):
        workload.roll_back(empty, applied, progress=PROGRESS)
    assert exists(empty)
    assert len(undo.left(empty, NAMESPACE)) == 1
    empty.kubectl("delete", "configmap", "theirs", "-n", NAMESPACE, timeout_s=10)
    replay(empty)
    assert not exists(empty)


def test_another_clusters_record_is_refused(empty: Cluster, tmp_path: Path) -> None:
    """A record is never replayed into another cluster, even one of the same context."""
    folder = kustomization(tmp_path / "k", namespace(), config_map("new"))
    real = workload.apply(empty, folder, progress=PROGRESS)
    applied = replace(real, record=replace(real.record, cluster="elsewhere"))
    with pytest.raises(WorkloadError, match="elsewhere"):
        workload.roll_back(empty, applied, progress=PROGRESS)
    workload.roll_back(empty, real, progress=PROGRESS)


def test_a_record_of_the_cluster_alone_reaches_no_further_than_its_namespace(
    empty: Cluster, tmp_path: Path
) -> None:
    """Who may write ConfigMaps in one namespace gets nothing changed in another by a record."""
    folder = kustomization(tmp_path / "k", namespace(), config_map("new"))
    real = workload.apply(empty, folder, progress=PROGRESS)
    role = {"reference": ["rbac.authorization.k8s.io/v1", "ClusterRole", "", "x"], "before": None}
    forged = replace(real.record, id="overlay-0000aaaa", before={"objects": [role]})
    maps.write(empty, forged)
    with pytest.raises(undo.ReplayError, match="ClusterRole x"):
        replay(empty)
    maps.remove(empty, forged)
    replay(empty)
    assert not exists(empty)


def test_an_unknown_field_is_refused(empty: Cluster, tmp_path: Path) -> None:
    """A misspelt field is an error that names it; nothing stays, not even the record."""
    folder = kustomization(tmp_path / "k", namespace(), config_map("new") | {"dta": {}})
    with pytest.raises(WorkloadError, match="dta"):
        workload.apply(empty, folder, progress=PROGRESS)
    assert not exists(empty)
    assert undo.left(empty, NAMESPACE) == ()
