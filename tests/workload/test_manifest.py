"""Objects as text: read from kubectl, compared as users declare them, given back as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seatrial.undo import Record, new_record
from seatrial.workload import manifest
from seatrial.workload.manifest import Manifest, Reference
from seatrial.workload.record import (
    OVERLAY,
    Snapshot,
    WorkloadError,
    before_of,
    snapshots_of,
)


def owner(manager: str, field: str, subresource: str = "") -> dict[str, Any]:
    """Return a managedFields entry that owns one field of spec."""
    entry: dict[str, Any] = {"manager": manager, "fieldsV1": {"f:spec": {f"f:{field}": {}}}}
    return entry | ({"subresource": subresource} if subresource else {})


def stateful(
    *owners: dict[str, Any], replicas: int = 3, ready: int = 1, **metadata: object
) -> Manifest:
    """Return a StatefulSet as the API server shows it."""
    raw = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {
            "name": "mlserver",
            "namespace": "n",
            "managedFields": list(owners),
            **metadata,
        },
        "spec": {"replicas": replicas},
        "status": {"readyReplicas": ready},
    }
    return manifest.parse(json.dumps(raw))[0]


BY_AUTOSCALER = owner("kube-controller-manager", "replicas", "scale")


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("as_list", [True, False])
def test_every_object_kubectl_prints_is_read(count: int, as_list: bool) -> None:  # noqa: FBT001
    """A List, documents one after another, one alone, or nothing: none is lost."""
    items = [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": f"s{index}"}}
        for index in range(count)
    ]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    if not as_list:
        text = "\n".join(json.dumps(item, indent=2) for item in items)
    names = [found.reference.name for found in manifest.parse(text)]
    assert names == [f"s{index}" for index in range(count)]


def test_what_the_server_writes_is_no_difference() -> None:
    """Status, versions, times, ownership and a rollout's number don't count as changed."""
    one = stateful(uid="1", resourceVersion="7", generation=1, creationTimestamp="then")
    two = stateful(
        owner("someone", "replicas"),
        ready=2,
        uid="2",
        resourceVersion="9",
        generation=4,
        annotations={"deployment.kubernetes.io/revision": "2"},
    )
    assert manifest.comparable(one) == manifest.comparable(two)


def test_what_users_declare_is_a_difference() -> None:
    """Another count, and another annotation, are changes."""
    plain = manifest.comparable(stateful())
    assert manifest.comparable(stateful(replicas=4)) != plain
    assert manifest.comparable(stateful(annotations={"a": "b"})) != plain


def test_an_autoscalers_count_is_no_difference() -> None:
    """A count of replicas that an autoscaler writes is its own business."""
    one, two = stateful(BY_AUTOSCALER, replicas=3), stateful(BY_AUTOSCALER, replicas=5)
    assert manifest.comparable(one) == manifest.comparable(two)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (BY_AUTOSCALER, True),
        (owner("seatrial", "replicas"), False),
        (owner("kubectl", "replicas", "scale"), False),
        (owner("kube-controller-manager", "template", "scale"), False),
    ],
)
def test_only_an_autoscaler_counts_as_one(entry: dict[str, Any], *, expected: bool) -> None:
    """A person's kubectl scale and an applied count don't make a workload autoscaled."""
    assert manifest.autoscaled(stateful(entry)) is expected


def test_restoring_keeps_an_autoscalers_current_count() -> None:
    """Putting a workload back does not undo what its autoscaler decided since."""
    before, now = stateful(BY_AUTOSCALER, replicas=3), stateful(BY_AUTOSCALER, replicas=6)
    assert json.loads(manifest.restorable(before, now).text)["spec"]["replicas"] == 6


def test_restoring_gives_back_a_declared_count() -> None:
    """Without an autoscaler before, the count before comes back."""
    before, now = stateful(replicas=1), stateful(BY_AUTOSCALER, replicas=6)
    assert json.loads(manifest.restorable(before, now).text)["spec"]["replicas"] == 1


def record(before: dict[str, Any]) -> Record:
    """Return an overlay's undo record."""
    return new_record(
        cluster="u", context="c", namespace="n", mechanism=OVERLAY, what="x applied", before=before
    )


def test_a_record_reads_back_as_written() -> None:
    """What is needed for putting back survives the process that wrote it."""
    before = stateful(replicas=1)
    absent = Reference("v1", "ConfigMap", "n", "new")
    snapshots = (Snapshot(before.reference, before), Snapshot(absent, None))
    text = record(before_of(snapshots)).to_json()
    assert snapshots_of(Record.from_json(text, where="here")) == snapshots


@pytest.mark.parametrize("before", [{}, {"objects": [1]}, {"objects": [{"reference": [1]}]}])
def test_a_broken_record_is_named(before: dict[str, Any]) -> None:
    """A record that is none of an overlay raises an error with its id, not a traceback."""
    broken = record(before)
    with pytest.raises(WorkloadError, match=broken.id):
        snapshots_of(broken)
