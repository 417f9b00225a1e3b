"""Workloads and endpoints as values: counts, writers, selectors."""

from __future__ import annotations

from typing import Any

from seatrial.cluster import parse_scaling

Json = dict[str, Any]

META = {
    "name": "mlserver-0",
    "namespace": "ns",
    "uid": "u",
    "creationTimestamp": "2026-01-01T00:00:00Z",
}


WORKLOAD = {
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
    slices = [
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
