"""Workloads and endpoints as values: counts, writers, selectors."""

from __future__ import annotations

from typing import Any

from seatrial.cluster import parse_scaling
from seatrial.cluster.values import Writer

Json = dict[str, Any]

META: Json = {
    "name": "mlserver-0",
    "namespace": "ns",
    "uid": "u",
    "creationTimestamp": "2026-01-01T00:00:00Z",
}


WORKLOAD: Json = {
    "metadata": {
        **META,
        "generation": 3,
        "resourceVersion": "9",
        "managedFields": [
            {"manager": "seatrial", "fieldsV1": {"f:spec": {"f:template": {}}}},
            {
                "manager": "kube-controller-manager",
                "subresource": "scale",
                "fieldsV1": {"f:spec": {"f:replicas": {}}},
            },
            {
                "manager": "kube-controller-manager",
                "subresource": "status",
                "fieldsV1": {"f:status": {"f:replicas": {}}},
            },
        ],
    },
    "spec": {
        "replicas": 3,
        "selector": {
            "matchLabels": {"app": "mlserver"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["a", "b"]},
                {"key": "old", "operator": "DoesNotExist"},
            ],
        },
    },
    "status": {"replicas": 3, "readyReplicas": 2, "observedGeneration": 2},
}


def test_only_writers_of_the_declared_replicas_count() -> None:
    """Who writes spec.replicas is told with its subresource; who writes status is not meant."""
    assert parse_scaling.scalable("StatefulSet", WORKLOAD).replica_writers == (
        "kube-controller-manager/scale",
    )


def test_the_last_writer_of_each_part_is_known() -> None:
    """Of those who own a part of the spec the one who wrote last counts, replicas apart."""
    wrote = {"apply": "2026-01-01T00:00:01Z", "edit": "2026-01-01T00:00:03Z"}
    fields = [
        {"manager": name, "time": at, "fieldsV1": {"f:spec": {"f:template": {}}}}
        for name, at in wrote.items()
    ]
    scaled = [
        {
            "manager": name,
            "subresource": "scale",
            "time": f"2026-01-01T00:00:0{second}Z",
            "fieldsV1": {"f:spec": {"f:replicas": {}}},
        }
        for name, second in (("kubectl", 7), ("kube-controller-manager", 5))
    ]
    meta = {**WORKLOAD["metadata"], "managedFields": [*fields, *scaled]}
    found = parse_scaling.scalable("StatefulSet", {**WORKLOAD, "metadata": meta})
    assert found.replicas_written == Writer("kubectl/scale", "2026-01-01T00:00:07Z")
    assert found.spec_written == Writer("edit", wrote["edit"])


def test_an_object_without_managed_fields_has_no_known_writer() -> None:
    """Who stripped them is not guessed."""
    meta = {key: item for key, item in WORKLOAD["metadata"].items() if key != "managedFields"}
    found = parse_scaling.scalable("StatefulSet", {**WORKLOAD, "metadata": meta})
    assert found.replicas_written == found.spec_written == Writer("", "")


def test_the_digest_shows_every_change_but_that_of_replicas() -> None:
    """Another template is another digest; another count, or order of keys, is not."""
    spec = WORKLOAD["spec"]

    def digest(changed: Json) -> str:
        return parse_scaling.scalable("StatefulSet", {**WORKLOAD, "spec": changed}).spec_digest

    assert digest({**spec, "replicas": 9}) == digest(dict(reversed(spec.items()))) == digest(spec)
    assert digest({**spec, "template": {"spec": {}}}) != digest(spec)


def test_a_selector_is_written_as_a_query() -> None:
    """Labels and expressions become one selector that the API takes."""
    assert (
        parse_scaling.scalable("StatefulSet", WORKLOAD).selector
        == "app=mlserver,tier in (a,b),!old"
    )


def test_counts_that_are_absent_are_zero() -> None:
    """The API leaves out a count of zero; it is zero here."""
    bare = parse_scaling.scalable("Deployment", {**WORKLOAD, "status": {}})
    assert (
        bare.replicas,
        bare.ready_replicas,
        bare.updated_replicas,
        bare.observed_generation,
    ) == (0, 0, 0, 0)


def test_endpoints_merge_all_slices() -> None:
    """Addresses of all slices are merged and sorted; only a stated false is not Ready."""
    slices: list[Json] = [
        {
            "endpoints": [
                {"addresses": ["10.0.0.2"], "conditions": {"ready": True}},
                {"addresses": ["10.0.0.1"]},
            ]
        },
        {"endpoints": [{"addresses": ["10.0.0.3"], "conditions": {"ready": False}}]},
        {"endpoints": None},
    ]
    found = parse_scaling.endpoints("ns", "mlserver", slices)
    assert (found.ready, found.not_ready) == (("10.0.0.1", "10.0.0.2"), ("10.0.0.3",))
