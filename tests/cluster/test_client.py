"""HTTP to the API server: each failure becomes the right error, and every call ends."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import (
    Cluster,
    ClusterError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    client,
    connect,
    writing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.conftest import LoopbackApi

#: An answer that is broken off before it begins.
CUT_OFF = (0, b"")
PODS = "/api/v1/namespaces/ns/pods"
LISTED = {"metadata": {"resourceVersion": "7"}, "items": []}
WATCH = f"GET {PODS}?watch=true&resourceVersion=7&timeoutSeconds=5"


@pytest.fixture
def cluster(kubeconfig: Path) -> Iterator[Cluster]:
    """Connect to the loopback server."""
    with connect(kubeconfig=kubeconfig, context="here") as found:
        yield found


def _pod(name: str, uid: str) -> dict[str, object]:
    meta = {"name": name, "uid": uid, "creationTimestamp": "2026-01-01T00:00:00Z"}
    return {"metadata": meta, "spec": {"containers": []}, "status": {}}


def _event(kind: str, item: object) -> bytes:
    return json.dumps({"type": kind, "object": item}).encode() + b"\n"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, ForbiddenError),
        (404, NotFoundError),
        (409, ConflictError),
        (401, ClusterError),
        (500, ClusterError),
    ],
)
def test_a_refusal_keeps_the_servers_words(
    loopback: LoopbackApi, cluster: Cluster, status: int, kind: type[ClusterError]
) -> None:
    """A refused call raises the error of its kind, with what the API server said and the object."""
    loopback.answers[f"GET {PODS}/mlserver-0"] = (status, b'{"message": "because"}')
    with pytest.raises(kind, match=r"mlserver-0(.|\n)*because") as caught:
        cluster.pod("ns", "mlserver-0")
    assert type(caught.value) is kind


def test_an_answer_that_is_not_json_is_an_error(loopback: LoopbackApi, cluster: Cluster) -> None:
    """A proxy's HTML page in the API's place is an error that shows it."""
    loopback.answers[f"GET {PODS}/mlserver-0"] = (200, b"<html>")
    with pytest.raises(ClusterError, match="<html>"):
        cluster.pod("ns", "mlserver-0")


def test_a_silent_server_ends_in_an_error(loopback: LoopbackApi, cluster: Cluster) -> None:
    """A server that never answers ends the call with an error after its time limit."""
    loopback.answers[f"GET {PODS}/p:80/proxy/ready"] = None
    started = time.monotonic()
    with pytest.raises(ClusterError, match=r"no answer within 0\.2 s"):
        cluster.pod_get("ns", "p", 80, "/ready", timeout_s=0.2)
    assert time.monotonic() - started < 2


def test_a_silent_watch_ends_in_an_error(
    loopback: LoopbackApi, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watch whose connection went dead ends with an error instead of waiting for ever."""
    monkeypatch.setattr(client, "CALL_TIMEOUT_S", -4.8)
    loopback.answers[f"GET {PODS}"] = (200, json.dumps(LISTED).encode())
    loopback.answers[WATCH] = None
    with pytest.raises(ClusterError, match=r"no answer within 0\.2 s"):
        list(cluster.watch_pods("ns", "", seconds=5))


def test_a_failed_deletion_is_not_sent_again(loopback: LoopbackApi, cluster: Cluster) -> None:
    """A deletion that got no answer is not repeated: it could hit the pod's successor."""
    loopback.answers[f"DELETE {PODS}/mlserver-0"] = CUT_OFF
    with pytest.raises(ClusterError):
        writing.delete(cluster, "Pod", "ns", "mlserver-0", uid="u-1", grace_s=0)
    sent = [key for key, *_ in loopback.requests if key.startswith("DELETE")]
    assert sent == [f"DELETE {PODS}/mlserver-0"]


def test_a_watch_lists_first_then_follows(loopback: LoopbackApi, cluster: Cluster) -> None:
    """A watch yields what is there, then the changes since that very list, bookmarks left out."""
    listed = {**LISTED, "items": [_pod("a", "1")]}
    loopback.answers[f"GET {PODS}"] = (200, json.dumps(listed).encode())
    bookmark = {"metadata": {"resourceVersion": "8"}}
    loopback.answers[WATCH] = (
        200,
        _event("BOOKMARK", bookmark)
        + _event("DELETED", _pod("a", "1"))
        + _event("ADDED", _pod("a", "2")),
    )
    seen = [(event, pod.uid) for event, pod in cluster.watch_pods("ns", "", seconds=5)]
    assert seen == [("ADDED", "1"), ("DELETED", "1"), ("ADDED", "2")]


def test_what_vanished_between_two_watches_is_deleted(
    loopback: LoopbackApi, cluster: Cluster
) -> None:
    """A pod known from an earlier watch that the list lacks comes as DELETED."""
    listed = {**LISTED, "items": [_pod("a", "2")]}
    loopback.answers[f"GET {PODS}"] = (
        200,
        json.dumps({**LISTED, "items": [_pod("a", "1")]}).encode(),
    )
    loopback.answers[WATCH] = (200, b"")
    known = tuple(pod for _, pod in cluster.watch_pods("ns", "", seconds=5))
    loopback.answers[f"GET {PODS}"] = (200, json.dumps(listed).encode())
    again = cluster.watch_pods("ns", "", seconds=5, known=known)
    assert [(event, pod.uid) for event, pod in again] == [("ADDED", "2"), ("DELETED", "1")]


def test_an_expired_watch_just_ends(loopback: LoopbackApi, cluster: Cluster) -> None:
    """When the server no longer has the list's version, the watch ends and can be begun again."""
    loopback.answers[f"GET {PODS}"] = (200, json.dumps(LISTED).encode())
    loopback.answers[WATCH] = (200, _event("ERROR", {"code": 410, "message": "too old"}))
    assert list(cluster.watch_pods("ns", "", seconds=5)) == []


def test_another_error_in_a_watch_is_raised(loopback: LoopbackApi, cluster: Cluster) -> None:
    """An error event that is not about an old version is raised with its words."""
    loopback.answers[f"GET {PODS}"] = (200, json.dumps(LISTED).encode())
    loopback.answers[WATCH] = (200, _event("ERROR", {"code": 500, "message": "broken"}))
    with pytest.raises(ClusterError, match="broken"):
        list(cluster.watch_pods("ns", "", seconds=5))


def test_a_proxied_answer_comes_as_it_is(loopback: LoopbackApi, cluster: Cluster) -> None:
    """A request through the proxy has its headers and body, and its answer is not an error."""
    path = "/api/v1/namespaces/ns/services/mesh:80/proxy/v2/infer"
    loopback.answers[f"POST {path}"] = (503, b"no healthy upstream")
    answer = cluster.service_request(
        "ns", "mesh", 80, "/v2/infer", method="POST", headers={"seldon-model": "m"}, body=b"{}"
    )
    assert (answer.status, answer.body) == (503, b"no healthy upstream")
    assert loopback.requests[-1][1]["seldon-model"] == "m"
    assert loopback.requests[-1][2] == b"{}"


def test_a_name_can_not_reach_into_another_path(loopback: LoopbackApi, cluster: Cluster) -> None:
    """A slash in a name is quoted: it asks for a pod of that name, not for another path."""
    with pytest.raises(NotFoundError):
        cluster.pod("ns", "../secrets/token")
    assert loopback.requests[-1][0] == f"GET {PODS}/..%2Fsecrets%2Ftoken"
