"""Writing any object: path, body and content type of each call, and what a refusal becomes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import BudgetError, Cluster, ConflictError, connect, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.conftest import LoopbackApi

PODS = "/api/v1/namespaces/ns/pods"
MAPS = "/api/v1/namespaces/ns/configmaps"
BY = "?fieldManager=seatrial"


@pytest.fixture
def cluster(kubeconfig: Path) -> Iterator[Cluster]:
    """Connect to the loopback server."""
    with connect(kubeconfig=kubeconfig, context="here") as found:
        yield found


def _answers(loopback: LoopbackApi, call: str, status: int = 200, body: object = None) -> None:
    loopback.answers[call] = (status, json.dumps(body or {}).encode())


def test_an_object_is_created_by_name_of_its_kind(cluster: Cluster, loopback: LoopbackApi) -> None:
    """The manifest is sent as it is, under seatrial's own field manager."""
    manifest = {"metadata": {"name": "x"}, "data": {"a": "b"}}
    _answers(loopback, f"POST {MAPS}{BY}", 201, manifest)
    assert writing.create(cluster, "ConfigMap", "ns", manifest) == manifest
    assert json.loads(loopback.requests[-1][2]) == manifest


def test_what_exists_is_not_created_twice(cluster: Cluster, loopback: LoopbackApi) -> None:
    """A name that is taken is a conflict, not a success."""
    _answers(loopback, f"POST {MAPS}{BY}", 409, {"message": "already exists"})
    with pytest.raises(ConflictError, match="create ConfigMap x in ns"):
        writing.create(cluster, "ConfigMap", "ns", {"metadata": {"name": "x"}})


@pytest.mark.parametrize(
    ("how", "content"),
    [
        ("merge", "application/merge-patch+json"),
        ("strategic", "application/strategic-merge-patch+json"),
    ],
)
def test_a_patch_says_of_which_kind_it_is(
    cluster: Cluster, loopback: LoopbackApi, how: writing.How, content: str
) -> None:
    """A resize goes to the pod's subresource with the content type of its patch."""
    _answers(loopback, f"PATCH {PODS}/m-0/resize{BY}")
    writing.patch(cluster, "Pod", "ns", "m-0", {"spec": {}}, how=how, subresource="resize")
    assert loopback.requests[-1][1]["Content-Type"] == content


def test_an_eviction_is_of_one_uid(cluster: Cluster, loopback: LoopbackApi) -> None:
    """The eviction carries UID and grace; the pod's own grace where none is given."""
    _answers(loopback, f"POST {PODS}/m-0/eviction", 201)
    writing.evict(cluster, "ns", "m-0", uid="u")
    assert json.loads(loopback.requests[-1][2])["deleteOptions"] == {"preconditions": {"uid": "u"}}


def test_an_eviction_that_a_budget_forbids_says_so(cluster: Cluster, loopback: LoopbackApi) -> None:
    """HTTP 429 is the budget's word, with what the server says of it."""
    _answers(loopback, f"POST {PODS}/m-0/eviction", 429, {"message": "needs 2 healthy pods"})
    with pytest.raises(BudgetError, match="needs 2 healthy pods"):
        writing.evict(cluster, "ns", "m-0", uid="u")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("NetworkPolicy", "/apis/networking.k8s.io/v1/networkpolicies/x"),
        ("Node", "/api/v1/nodes/x"),
        ("Lease", "/apis/coordination.k8s.io/v1/leases/x"),
    ],
)
def test_kinds_without_a_namespace_and_irregular_plurals(
    cluster: Cluster, loopback: LoopbackApi, kind: str, path: str
) -> None:
    """The path is the API's own for the kind."""
    _answers(loopback, f"GET {path}", 200, {"metadata": {"name": "x"}})
    assert writing.read(cluster, kind, "", "x")["metadata"]["name"] == "x"


def test_a_deletion_is_of_one_uid(cluster: Cluster, loopback: LoopbackApi) -> None:
    """With a UID only that object goes, whatever has taken its name."""
    _answers(loopback, f"DELETE {MAPS}/x")
    writing.delete(cluster, "ConfigMap", "ns", "x", uid="u", grace_s=0)
    sent = json.loads(loopback.requests[-1][2])
    assert (sent["preconditions"], sent["gracePeriodSeconds"]) == ({"uid": "u"}, 0)


def test_a_cluster_is_known_by_its_oldest_namespace(
    cluster: Cluster, loopback: LoopbackApi
) -> None:
    """The UID of kube-system names the cluster, whatever its context is called."""
    _answers(loopback, "GET /api/v1/namespaces/kube-system", 200, {"metadata": {"uid": "k"}})
    assert writing.identity(cluster) == "k"


def test_a_log_is_of_one_container(cluster: Cluster, loopback: LoopbackApi) -> None:
    """The log comes as text."""
    loopback.answers[f"GET {PODS}/m-0/log?container=c"] = (200, b"one\ntwo\n")
    assert writing.log(cluster, "ns", "m-0", "c") == "one\ntwo\n"
