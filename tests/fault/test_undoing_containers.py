"""Undoing what was done to a container that is gone or another one: nothing is done, no error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from seatrial.cluster import Cluster, connect
from seatrial.fault.mechanisms import MECHANISMS
from seatrial.undo import Record
from tests.cluster.conftest import kubeconfig, loopback
from tests.fault.test_containers import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.conftest import LoopbackApi

__all__ = ["kubeconfig", "loopback"]
PODS = "/api/v1/namespaces/ns/pods"
HANDS = urlencode({"labelSelector": "seatrial.dev/owned=true,seatrial.dev/undo-id=x-1"}, safe="/")
BEFORE: dict[str, Any] = {
    "pod": "ml-1",
    "pod_uid": "u1",
    "container": "mlserver",
    "container_id": OLD,
    "node": "n",
    "workload": "ml",
    "workload_kind": "StatefulSet",
    "limit": "1",
    "counted": {},
    "score": 0,
    "pattern": "w",
    "workers": 4,
    "processes": 2,
}
OF_A_CONTAINER = ["hang-replica", "kill-worker", "squeeze-cpu", "squeeze-memory", "kill-server"]


@pytest.fixture
def cluster(kubeconfig: Path, loopback: LoopbackApi) -> Iterator[Cluster]:
    """Connect to the loopback server, in whose cluster no hand is left."""
    loopback.answers[f"GET {PODS}?{HANDS}"] = (200, b'{"items": []}')
    with connect(kubeconfig=kubeconfig, context="here") as found:
        yield found


def _record(mechanism: str) -> Record:
    return Record("x-1", "2026", "c", "here", "ns", mechanism, "what", "me/1", BEFORE)


def _pod(loopback: LoopbackApi, *, uid: str = "u1", **ended: object) -> None:
    status = {
        "name": "mlserver",
        "state": {"running": {}},
        "containerID": f"containerd://{NEW}",
        "restartCount": 1,
        "lastState": {"terminated": {"containerID": f"containerd://{OLD}", **ended}},
    }
    raw = {
        "metadata": {"name": "ml-1", "uid": uid},
        "spec": {"nodeName": "n", "containers": [{"name": "mlserver"}]},
        "status": {"containerStatuses": [status]},
    }
    loopback.answers[f"GET {PODS}/ml-1"] = (200, json.dumps(raw).encode())


def _written(loopback: LoopbackApi) -> list[str]:
    return [call for call, _, _ in loopback.requests if not call.startswith("GET")]


@pytest.mark.parametrize("mechanism", OF_A_CONTAINER)
def test_a_pod_that_is_gone_took_the_fault_with_it(
    cluster: Cluster, loopback: LoopbackApi, mechanism: str
) -> None:
    """No pod of that name: undone, nothing written, and no proof that the fault held on."""
    found = MECHANISMS[mechanism](cluster, _record(mechanism))
    assert not any(held for _, held, _ in found.proofs)
    assert _written(loopback) == []


@pytest.mark.parametrize("mechanism", OF_A_CONTAINER)
def test_a_successor_of_the_same_name_is_left_alone(
    cluster: Cluster, loopback: LoopbackApi, mechanism: str
) -> None:
    """Another UID: it was never hit, so nothing of it is put back."""
    _pod(loopback, uid="u2")
    found = MECHANISMS[mechanism](cluster, _record(mechanism))
    assert not any(held for _, held, _ in found.proofs)
    assert _written(loopback) == []


@pytest.mark.parametrize("mechanism", ["hang-replica", "kill-worker", "squeeze-memory"])
def test_a_restarted_container_has_nothing_of_the_fault(
    cluster: Cluster, loopback: LoopbackApi, mechanism: str
) -> None:
    """The same pod with another container: nothing is signalled or started in it."""
    _pod(loopback, exitCode=137)
    assert MECHANISMS[mechanism](cluster, _record(mechanism)).said
    assert _written(loopback) == []


def test_a_hang_that_the_kubelet_ended_held_on_until_then(
    cluster: Cluster, loopback: LoopbackApi
) -> None:
    """A liveness probe had it killed: it hung for as long as it lived."""
    _pod(loopback, exitCode=137, finishedAt="2026-01-01T00:00:00Z")
    [(_, held, detail)] = MECHANISMS["hang-replica"](cluster, _record("hang-replica")).proofs
    assert held
    assert "137" in detail


def test_a_burner_without_last_words_proves_nothing(
    cluster: Cluster, loopback: LoopbackApi
) -> None:
    """Its pod is gone: undone, and nobody knows what it burnt."""
    [(_, held, _)] = MECHANISMS["burn-cpu"](cluster, _record("burn-cpu")).proofs
    assert not held
    assert _written(loopback) == []


def test_rules_on_a_node_that_is_gone_are_gone(cluster: Cluster, loopback: LoopbackApi) -> None:
    """No such node: no hand is sent there, the record is done with."""
    found = MECHANISMS["cut-off-replica"](cluster, _record("cut-off-replica"))
    assert "went with node n" in found.said
    assert _written(loopback) == []
