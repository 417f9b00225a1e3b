"""What may differ without being a difference, and what is no secret in a snapshot."""

from __future__ import annotations

import copy
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.attestation import differences
from seatrial.attestation.settling import unsettled
from seatrial.attestation.snapshot import Found, snapshot_of
from seatrial.cluster import AUTOSCALER
from tests.attestation.saved import TARGET

if TYPE_CHECKING:
    from tests.attestation.saved import Saved


def _scale(read: Saved, count: int, manager: str = AUTOSCALER) -> None:
    """Write the count of replicas as this field manager, with as many pods."""
    raw = read.one("StatefulSet")
    raw["spec"]["replicas"] = count
    name, _, subresource = manager.partition("/")
    fields = {"manager": name, "time": "2099-01-01T00:00:00Z"}
    owned: dict[str, Any] = {"f:spec": {"f:replicas": {}}}
    raw["metadata"]["managedFields"] = [{**fields, "subresource": subresource, "fieldsV1": owned}]
    pods = [item for item in read.objects if item["metadata"]["name"].startswith("model-")]
    for item in pods[count:]:
        read.objects.remove(item)
    for number in range(len(pods), count):
        more = copy.deepcopy(pods[0])
        more["metadata"] |= {"name": f"model-{number}", "uid": f"{number}"}
        read.objects.append(more)


def _said(read: Saved, before: Any) -> list[str]:  # noqa: ANN401 -- a Snapshot
    return [str(item) for item in differences(before, read.snapshot())]


def test_a_snapshot_equals_itself(read: Saved) -> None:
    """Nothing differs from itself, and nothing in the saved objects is under way."""
    assert differences(read.snapshot(), read.snapshot()) == ()
    assert list(unsettled(read.snapshot())) == []


@pytest.mark.parametrize("count", [3, 4])
def test_the_autoscalers_count_may_differ_within_its_range(read: Saved, count: int) -> None:
    """Two replicas became more, by the autoscaler: that is the load's doing."""
    before = read.snapshot()
    _scale(read, count)
    assert _said(read, before) == []


def test_beyond_its_range_it_may_not(read: Saved) -> None:
    """A count that the autoscaler could not have meant is a difference, with its pods."""
    before = read.snapshot()
    _scale(read, 5)
    assert _said(read, before) == [
        "StatefulSet model: spec.replicas: was 2, is 5",
        "pods of StatefulSet model: was 2, is 5",
    ]


def test_nobody_elses_count_may_differ(read: Saved) -> None:
    """The same count within the range, by a hand's scale, is a difference."""
    before = read.snapshot()
    _scale(read, 3, "kubectl/scale")
    assert "StatefulSet model: spec.replicas: was 2, is 3" in _said(read, before)


def test_a_pod_too_many_is_not_the_autoscalers(read: Saved) -> None:
    """The autoscaler's count says how many pods there may be: one more is a difference."""
    before = read.snapshot()
    _scale(read, 4)
    read.one("StatefulSet")["spec"]["replicas"] = 3
    assert _said(read, before) == ["pods of StatefulSet model: was 2, is 4"]


def test_a_pod_that_the_autoscaler_takes_away_may_take_its_time(read: Saved) -> None:
    """Terminating, it is no difference, but something under way; anybody else's is one."""
    _scale(read, 3)
    before = read.snapshot()
    read.one("StatefulSet")["spec"]["replicas"] = 2
    read.one("Pod", "model-2")["metadata"]["deletionTimestamp"] = "2099-01-01T00:00:00Z"
    assert _said(read, before) == []
    assert list(unsettled(read.snapshot())) == ["1 pods of StatefulSet model"]
    read.one("Pod", "front")["metadata"]["deletionTimestamp"] = "2099-01-01T00:00:00Z"
    assert any("pods of Deployment front: terminating" in line for line in _said(read, before))


def test_a_replaced_pod_is_the_same(read: Saved) -> None:
    """Another name, UID, address, node, token volume and start: nothing a fault left."""
    before = read.snapshot()
    pod = read.one("Pod", "model")
    text = json.dumps(pod)
    [volume] = [
        item["name"] for item in pod["spec"]["volumes"] if item["name"].startswith("kube-api")
    ]
    text = text.replace(volume, "kube-api-access-other").replace(pod["metadata"]["uid"], "other")
    read.objects[read.objects.index(pod)] = json.loads(text)
    anew = read.one("Pod", "model")
    anew["metadata"]["creationTimestamp"] = "2099-01-01T00:00:00Z"
    anew["spec"]["nodeName"] = "another"
    anew["status"]["containerStatuses"][0]["restartCount"] = 7
    assert _said(read, before) == []


def test_an_amount_in_effect_may_be_written_otherwise(read: Saved) -> None:
    """What the node reads back of a limit is the same limit, in whichever unit."""
    before = read.snapshot()
    resources = read.one("Pod", "model")["status"]["containerStatuses"][0]["resources"]
    resources["limits"] = {"cpu": "0.1", "memory": "16384Ki"}
    assert _said(read, before) == []
    assert list(unsettled(read.snapshot())) == []


def test_a_node_that_came_is_its_providers(read: Saved) -> None:
    """A cluster that grows under load is no leftover; one whose node went is told."""
    before = read.snapshot()
    node = copy.deepcopy(read.one("Node"))
    node["metadata"]["name"] = "more"
    read.objects.append(node)
    assert _said(read, before) == []
    assert [str(item) for item in differences(read.snapshot(), before)] == [
        "Node more: was there, is absent"
    ]


def test_no_secret_is_in_a_snapshot(read: Saved) -> None:
    """Values of variables, arguments, files and foreign annotations are digests; names stay."""
    container = read.one("StatefulSet")["spec"]["template"]["spec"]["containers"][0]
    header = {"name": "Authorization", "value": "hidden-1"}
    container["readinessProbe"] = {"httpGet": {"path": "/", "httpHeaders": [header]}}
    container["lifecycle"] = {"preStop": {"exec": {"command": ["sh", "hidden-2"]}}}
    meta = read.one("StatefulSet")["metadata"]
    meta["annotations"] = {
        "kubectl.kubernetes.io/last-applied-configuration": "hidden-3",
        "vault/token": "hidden-4",
        "prometheus.io.evil/x": "hidden-5",
    }
    read.one("ConfigMap")["data"] = {"file": "hidden-6"}
    text = json.dumps(asdict(read.snapshot()))
    for hidden in ("hidden-", "synthetic-value", "synthetic-argument"):
        assert hidden not in text
    for shown in ("env[TOKEN].value", "/settings", "httpHeaders[Authorization]", "vault/token"):
        assert shown in text


def test_a_digest_tells_nothing_without_its_salt(read: Saved) -> None:
    """The same text has another digest under another salt: no table of guesses fits."""
    one, other = read.snapshot(), snapshot_of(Found(tuple(read.objects), {}), TARGET, "another")
    path = "spec.template.spec.containers[main].env[TOKEN].value"
    first, second = (item.objects["StatefulSet model"][path] for item in (one, other))
    assert first.startswith("digest ")
    assert first != second
