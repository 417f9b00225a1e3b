"""An object's state: what tells that it changed, who wrote it, which ConfigMaps its pods read."""

from __future__ import annotations

from typing import Any

from seatrial.cluster.objects import AUTOSCALER, object_state
from seatrial.cluster.values import Writer

Json = dict[str, Any]


def meta(*owners: tuple[str, str, Json]) -> Json:
    """Return metadata with managed fields: manager, time, what it owns."""
    fields = []
    for name, at, owned in owners:
        manager, _, subresource = name.partition("/")
        item = {"manager": manager, "time": at, "fieldsV1": owned}
        fields.append(item | ({"subresource": subresource} if subresource else {}))
    return {"name": "n", "uid": "u", "managedFields": fields}


def test_a_config_map_changes_with_its_data_alone() -> None:
    """Another label is no change; another key, text or binary, is."""
    raw = {"metadata": meta(("apply", "1", {"f:data": {"f:a": {}}})), "data": {"a": "1"}}
    before = object_state("ConfigMap", raw)
    labelled = {**raw, "metadata": {**raw["metadata"], "labels": {"x": "y"}}}
    assert object_state("ConfigMap", labelled) == before
    assert object_state("ConfigMap", {**raw, "data": {"a": "2"}}).digest != before.digest
    assert object_state("ConfigMap", {**raw, "binaryData": {"b": "eA=="}}).digest != before.digest
    assert before.written == Writer("apply", "1")


def test_a_count_is_told_apart_from_all_else() -> None:
    """Scaled, a workload is otherwise the same, whoever wrote the count before; its writer is."""
    spec = {"replicas": 3, "template": {}}
    owned: Json = {"f:spec": {"f:replicas": {}}}
    applied: tuple[str, str, Json] = ("apply", "1", {"f:spec": {"f:template": {}}})

    def state(writer: str, replicas: int) -> Any:  # noqa: ANN401 -- an ObjectState
        raw = {"metadata": meta(applied, (writer, "2", owned))}
        return object_state("Deployment", {**raw, "spec": {**spec, "replicas": replicas}})

    by_hand, by_itself = state("kubectl/scale", 3), state(AUTOSCALER, 5)
    assert by_hand.digest == by_itself.digest
    assert by_hand.written == by_itself.written == Writer("apply", "1")
    assert (by_hand.replicas, by_hand.scaled) == (3, Writer("kubectl/scale", "2"))
    assert (by_itself.replicas, by_itself.scaled) == (5, Writer(AUTOSCALER, "2"))


def test_the_autoscaler_wrote_a_count_that_it_owns() -> None:
    """The API gives no time for what was scaled: that makes no earlier writer the last one."""
    owned: Json = {"f:spec": {"f:replicas": {}}}
    raw = {
        "metadata": meta(("apply", "1", owned), (AUTOSCALER, "", owned)),
        "spec": {"replicas": 5},
    }
    assert object_state("Deployment", raw).scaled == Writer(AUTOSCALER, "")


def test_every_config_map_that_pods_read_is_found() -> None:
    """In volumes, projected ones, and the environment, of containers that start first, too."""
    spec = {
        "volumes": [
            {"name": "v", "configMap": {"name": "volume"}},
            {"name": "p", "projected": {"sources": [{"configMap": {"name": "projected"}}]}},
            {"name": "e", "emptyDir": {}},
        ],
        "initContainers": [{"envFrom": [{"configMapRef": {"name": "whole"}}, {"secretRef": {}}]}],
        "containers": [
            {
                "env": [
                    {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "key", "key": "k"}}},
                    {"name": "B", "value": "plain"},
                ]
            }
        ],
    }
    raw = {"metadata": meta(), "spec": {"template": {"spec": spec}}}
    found = object_state("StatefulSet", raw)
    assert found.config_maps == ("key", "projected", "volume", "whole")
    assert found.written == Writer("", "")
