"""What is missing is named at once, right by right, with the file of the role that grants it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import Cluster, ForbiddenError, connect
from seatrial.config import Config
from seatrial.errors import EXIT_ENVIRONMENT
from seatrial.rights import MissingRightsError, Part, demand, missing, rights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.conftest import LoopbackApi

ASK = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
CONFIG = Config(root=Path("/nowhere"))


@pytest.fixture
def cluster(kubeconfig: Path) -> Iterator[Cluster]:
    """Connect to the loopback server."""
    with connect(kubeconfig=kubeconfig, context="here") as found:
        yield found


def _answer(loopback: LoopbackApi, status: object) -> None:
    loopback.answers[ASK] = (201, json.dumps({"status": status}).encode())


def test_each_right_is_asked_for_once(cluster: Cluster, loopback: LoopbackApi) -> None:
    """One review for each, with its group, subresource, namespace and name; none is missing."""
    _answer(loopback, {"allowed": True})
    wanted = rights((Part.LEASE, Part.LOAD), CONFIG)
    assert missing(cluster, wanted) == ()
    sent = [
        json.loads(body)["spec"]["resourceAttributes"]
        for key, _, body in loopback.requests
        if key == ASK
    ]
    assert len(sent) == len(wanted) == 6
    target = {"namespace": "financial-inference", "version": None}
    expected = {
        "verb": "create",
        "group": "",
        "resource": "services",
        "subresource": "proxy",
        "namespace": target["namespace"],
        "name": "",
    }
    assert expected in sent
    assert {item["name"] for item in sent if item["verb"] == "update"} == {"seatrial-trial"}


def test_what_is_missing_is_named_with_its_role(cluster: Cluster, loopback: LoopbackApi) -> None:
    """Every right at once, the file that grants it, and what is to be bound."""
    _answer(loopback, {"allowed": False, "reason": "no"})
    parts = (Part.LOAD, Part.FAULT_NODES)
    with pytest.raises(MissingRightsError) as caught:
        demand(cluster, CONFIG, parts, what="hold the trial production")
    told = str(caught.value)
    for right in rights(parts, CONFIG):
        assert f"{right} ({right.part.file})" in told
    assert "create services/proxy in financial-inference (k8s/rbac/load.yaml)" in told
    assert "patch nodes (k8s/rbac/fault-nodes.yaml)" in told
    assert "bind seatrial-load, seatrial-fault-nodes" in told
    assert caught.value.exit_code == EXIT_ENVIRONMENT


def test_an_answer_without_a_verdict_is_no_right(cluster: Cluster, loopback: LoopbackApi) -> None:
    """An authorizer that could not decide has not allowed anything."""
    _answer(loopback, {"evaluationError": "webhook away"})
    wanted = rights((Part.LEASE,), CONFIG)
    assert missing(cluster, wanted) == wanted


def test_who_may_not_even_ask_is_told_so(cluster: Cluster, loopback: LoopbackApi) -> None:
    """The error is the API's own, about asking."""
    loopback.answers[ASK] = (403, b'{"message": "anonymous"}')
    with pytest.raises(ForbiddenError, match=r"whether it may(.|\n)*anonymous"):
        demand(cluster, CONFIG, (Part.LOAD,), what="hold the trial production")
