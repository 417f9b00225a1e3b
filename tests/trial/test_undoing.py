"""Before a trial, and by command, what earlier runs left is undone; what a running one did, not."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from seatrial import lease
from seatrial.cluster import NotFoundError
from seatrial.lease import LeaseHeldError
from seatrial.progress import LineProgress, SilentProgress
from seatrial.trial import undoing
from seatrial.undo import Record, ReplayError, Undone, keep, left
from tests.cluster.conftest import kubeconfig, loopback
from tests.undo.conftest import cache, cluster, keeper, record

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from tests.undo.conftest import Keeper

__all__ = ["cache", "cluster", "keeper", "kubeconfig", "loopback"]


@pytest.fixture(autouse=True)
def undone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let records of ``test`` be undone by noting them; return the notes."""
    notes: list[str] = []

    def undo(cluster: Cluster, record: Record) -> Undone:
        del cluster
        notes.append(record.what)
        return Undone(f"{record.what} is back")

    monkeypatch.setattr(undoing, "OF_FAULTS", {"test": undo})
    return notes


def test_a_trial_begins_with_what_was_left_in_its_namespace(
    cluster: Cluster, undone: list[str]
) -> None:
    """In one line of progress, and nowhere else; a second time there is nothing to say."""
    keep(cluster, record("limit cut"))
    keep(cluster, record("node cordoned"))
    keep(cluster, record("elsewhere", "other"))
    said = io.StringIO()
    assert undoing.sweep(cluster, "ns", LineProgress(said))
    assert undone == ["node cordoned", "limit cut"]
    (line,) = said.getvalue().splitlines()
    assert line.startswith("undo what an earlier run left: limit cut, node cordoned")
    assert not undoing.sweep(cluster, "ns", SilentProgress())
    assert [item.record.what for item in left(cluster)] == ["elsewhere"]


def test_no_trial_begins_upon_what_can_not_be_undone(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would judge what an earlier run broke."""
    monkeypatch.setattr(undoing, "OF_FAULTS", {})
    keep(cluster, record("limit cut"))
    with pytest.raises(ReplayError, match="limit cut"):
        undoing.sweep(cluster, "ns", SilentProgress())


def _acquire(busy: str) -> object:
    """Return a lease's acquire: ``busy`` is held by a running trial, other namespaces are gone."""

    def acquire(cluster: Cluster, namespace: str, *_: object, **__: object) -> object:
        del cluster
        if namespace == busy:
            raise LeaseHeldError("hold a trial", got="held by another")
        raise NotFoundError("read Lease", got="HTTP 404")

    return acquire


def test_a_running_trials_changes_are_not_undone_and_all_others_are(
    cluster: Cluster, keeper: Keeper, monkeypatch: pytest.MonkeyPatch, undone: list[str]
) -> None:
    """The command says who has the namespace, after undoing what lies in the others."""
    keeper["GET /api/v1/namespaces"] = (200, json.dumps({"items": []}).encode())
    monkeypatch.setattr(lease, "acquire", _acquire("busy"))
    keep(cluster, record("left"))
    keep(cluster, record("under way", "busy"))
    with pytest.raises(LeaseHeldError):
        undoing.undo_left(cluster, "", progress=SilentProgress())
    assert undone == ["left"]
    assert [item.record.what for item in left(cluster)] == ["under way"]


def test_a_namespace_that_nobody_may_look_at_was_made_by_nobody(
    cluster: Cluster, keeper: Keeper
) -> None:
    """An identity that may only undo faults needs no right on namespaces."""
    keeper["GET /api/v1/namespaces/ns"] = (403, b'{"message": "no"}')
    keep(cluster, record("limit cut"))
    found = undoing.everything_left(cluster, "ns")
    assert [item.record.what for item in found] == ["limit cut"]


@pytest.mark.parametrize("namespace", ["", "ns"])
def test_a_lease_that_a_killed_run_left_goes_although_nothing_else_is_left(
    cluster: Cluster, keeper: Keeper, monkeypatch: pytest.MonkeyPatch, namespace: str
) -> None:
    """Run out, it stops nobody; but it was not there before, and so it is left."""
    metadata = {"name": lease.NAME, "namespace": "ns"}
    others = {"name": "a-controller", "namespace": "busy"}
    items = [{"metadata": metadata}, {"metadata": others}]
    leases = "/apis/coordination.k8s.io/v1/leases"
    keeper["GET /api/v1/namespaces"] = (200, json.dumps({"items": []}).encode())
    keeper[f"GET {leases}"] = (200, json.dumps({"items": items}).encode())
    one = leases.replace("leases", f"namespaces/ns/leases/{lease.NAME}")
    keeper[f"GET {one}"] = (200, json.dumps({"metadata": metadata}).encode())
    taken: list[str] = []

    def acquire(cluster: Cluster, name: str, *_: object, **__: object) -> object:
        del cluster
        taken.append(name)
        raise NotFoundError("read Lease", got="HTTP 404")

    monkeypatch.setattr(lease, "acquire", acquire)
    undoing.undo_left(cluster, namespace, progress=SilentProgress())
    assert taken == ["ns"]
