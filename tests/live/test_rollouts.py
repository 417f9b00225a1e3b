"""Rollouts of the live workload: they land with evidence, or not, and the template is as before."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.cluster import writing
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
SHORT = {"SEATRIAL_FAULT_S": "1", "SEATRIAL_ROLLOUT_DEADLINE_S": "6"}


@pytest.fixture
def run(cluster: Cluster, variables: dict[str, str], tmp_path: Path) -> Run:
    """Return a function that runs a shipped experiment and sees the workload as it was before."""

    def ran(kind: str, name: str = "target", **more: str) -> FaultWindow:
        of = "StatefulSet" if name == "target" else "Deployment"
        before, more = _spec(cluster, of, name), {"SEATRIAL_FAULT_S": "1", **more}
        more |= {"SEATRIAL_WORKLOAD": name, "SEATRIAL_WORKLOAD_KIND": of}
        found = experiment(EXPERIMENTS / f"{kind}.yaml", tmp_path, {**variables, **more})
        assert _spec(cluster, of, name) == before
        assert left(cluster, NAMESPACE) == ()
        return found

    return ran


def _spec(cluster: Cluster, kind: str, name: str) -> Any:  # noqa: ANN401 -- the API's JSON
    """Return a workload's spec, and the revision that the controller makes of it."""
    raw = writing.read(cluster, kind, NAMESPACE, name)
    return raw["spec"], raw["status"].get("updateRevision")


def _uids(cluster: Cluster, app: str = "target") -> dict[str, str]:
    return {pod.name: pod.uid for pod in cluster.pods(NAMESPACE, f"app={app}")}


@contextmanager
def _on_delete(cluster: Cluster) -> Iterator[None]:
    """Let the controller roll nothing out."""
    _strategy(cluster, "OnDelete")
    try:
        yield
    finally:
        _strategy(cluster, "RollingUpdate")


def _strategy(cluster: Cluster, kind: str) -> None:
    body: dict[str, Any] = {"spec": {"updateStrategy": {"type": kind, "rollingUpdate": None}}}
    writing.patch(cluster, "StatefulSet", NAMESPACE, "target", body)


@pytest.mark.parametrize("name", ["target", "loose"])
def test_a_rolling_restart_goes_there_and_back(cluster: Cluster, run: Run, name: str) -> None:
    """Each replica is restarted by its controller, and the template is then as it was."""
    before = _uids(cluster, name)
    minimum = str(len(before))
    found = run("rolling-restart", name, SEATRIAL_REPLICAS_MIN=minimum)
    assert (missing(found), found.kind, found.undone, found.note) == (
        {},
        "rolling-restart",
        True,
        "",
    )
    assert {item.name: item.uid_before for item in found.targets} == before
    middle = {item.uid_after for item in found.targets}
    assert len(middle) == len(before)
    assert not middle & {*before.values(), *_uids(cluster, name).values()}
    assert found.changes == ("workload",)


@pytest.mark.parametrize("kind", ["rolling-restart", "broken-rollout"])
def test_a_rollout_that_nobody_rolls_out_does_not_land(
    cluster: Cluster, run: Run, kind: str
) -> None:
    """With updates on deletion only, the template alone changes: no evidence, and undone."""
    before = _uids(cluster)
    with _on_delete(cluster):
        found = run(kind, **SHORT)
    assert not found.landed
    assert "0 of 3 pods of the new revision" in " ".join(missing(found).values())
    assert found.undone
    assert _uids(cluster) == before


@pytest.mark.parametrize("name", ["target", "loose"])
def test_a_broken_version_is_rolled_back(cluster: Cluster, run: Run, name: str) -> None:
    """Its pod does not start, the earlier version's go on, and all is as it was."""
    before = _uids(cluster, name)
    minimum = str(len(before))
    found = run("broken-rollout", name, SEATRIAL_REPLICAS_MIN=minimum)
    assert (missing(found), found.kind, found.undone, found.note) == (
        {},
        "broken-rollout",
        True,
        "",
    )
    [hit] = found.targets
    assert (hit.name, hit.what) == (
        ("target-2", "replica") if name == "target" else ("loose", "Deployment")
    )
    assert len(set(before.values()) & set(_uids(cluster, name).values())) >= len(before) - 1
