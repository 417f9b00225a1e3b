"""What a fault writes of a node: guarded, its own alone, and of the very node that was meant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.cluster import connect
from seatrial.fault import FaultError
from seatrial.fault.nodes import OUT_OF_SERVICE, Node, check_others
from tests.cluster.conftest import kubeconfig, loopback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seatrial.cluster import Cluster
    from tests.cluster.conftest import LoopbackApi

__all__ = ["kubeconfig", "loopback"]

NODES = "/api/v1/nodes"
WRITE = f"PATCH {NODES}/n?fieldManager=seatrial"
OTHERS = {"key": "dedicated", "value": "models", "effect": "NoSchedule"}


@pytest.fixture
def cluster(kubeconfig: Path) -> Iterator[Cluster]:
    """Connect to the loopback server."""
    with connect(kubeconfig=kubeconfig, context="here") as found:
        yield found


def _node(name: str = "n", uid: str = "u", **spec: object) -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": uid, "resourceVersion": "7"}, "spec": spec}


def _says(api: LoopbackApi, call: str, body: object, status: int = 200) -> None:
    api.answers[call] = (status, json.dumps(body).encode())


def _written(api: LoopbackApi) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(api.requests[-1][2])
    return found


def test_our_taint_joins_those_of_others(cluster: Cluster, loopback: LoopbackApi) -> None:
    """The list is written whole, guarded by the version that was read."""
    _says(loopback, f"GET {NODES}/n", _node(taints=[OTHERS]))
    _says(loopback, WRITE, _node())
    Node(cluster, "n", "u").take_out_of_service()
    written = _written(loopback)
    assert written["metadata"] == {"resourceVersion": "7"}
    assert [item["key"] for item in written["spec"]["taints"]] == ["dedicated", OUT_OF_SERVICE]


@pytest.mark.parametrize(("value", "stays"), [("seatrial", False), ("admin", True)])
def test_only_our_own_taint_is_taken_away(
    cluster: Cluster,
    loopback: LoopbackApi,
    value: str,
    stays: bool,  # noqa: FBT001 -- a table of cases
) -> None:
    """Who else says that the node is out of service is not contradicted: nothing is written."""
    taints = [OTHERS, {"key": OUT_OF_SERVICE, "value": value, "effect": "NoExecute"}]
    _says(loopback, f"GET {NODES}/n", _node(taints=taints))
    _says(loopback, WRITE, _node())
    Node(cluster, "n", "u").back_in_service()
    calls = [call for call, _, _ in loopback.requests if call.startswith("PATCH")]
    assert bool(calls) is not stays
    if calls:
        assert _written(loopback)["spec"]["taints"] == [OTHERS]


def test_another_writer_of_the_taints_is_not_overwritten(
    cluster: Cluster, loopback: LoopbackApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A conflict at every try ends in an error that says so, not in a lost write."""
    monkeypatch.setattr("seatrial.fault.nodes.WRITE_DEADLINE_S", 0.3)
    _says(loopback, f"GET {NODES}/n", _node())
    _says(loopback, WRITE, {"message": "changed"}, status=409)
    with pytest.raises(FaultError, match="another writer"):
        Node(cluster, "n", "u").take_out_of_service()


def test_a_node_of_another_uid_is_not_the_one(cluster: Cluster, loopback: LoopbackApi) -> None:
    """A machine that took the name is left alone."""
    _says(loopback, f"GET {NODES}/n", _node(uid="other"))
    with pytest.raises(FaultError, match="UID other"):
        Node(cluster, "n", "u").cordoned()


@pytest.mark.parametrize(
    ("others", "refused"),
    [([], True), ([_node("m", unschedulable=True)], True), ([_node("m")], False)],
)
def test_the_only_node_is_not_taken(
    cluster: Cluster,
    loopback: LoopbackApi,
    others: list[dict[str, Any]],
    refused: bool,  # noqa: FBT001 -- a table of cases
) -> None:
    """Another must be there that pods may be scheduled to."""
    _says(loopback, f"GET {NODES}", {"items": [_node(), *others]})
    if not refused:
        check_others(cluster, "n")
        return
    with pytest.raises(FaultError, match="no other node"):
        check_others(cluster, "n")
