"""What is attested of one object of the API, and what is left out because it differs by itself.

Status, resource version, generation, times and field managers are never taken: the cluster writes
them all the time. What else is left out stands here with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seatrial.attestation.fields import OURS, fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Json = dict[str, Any]

#: Where the metrics that an autoscaler lives on come from; a fault may take them away.
METRICS = ("kube-system", "metrics-server")
#: Counts the Deployment's templates: rolled out and back again it is two higher, and all is as
#: it was.
_REVISION = "deployment.kubernetes.io/revision"


def name_of(raw: Json) -> str:
    """Return how an object is named in a snapshot."""
    name = f"{raw['kind']} {raw['metadata']['name']}"
    return f"{name} in {METRICS[0]}" if _is_metrics(raw) else name


def facts(raw: Json, salt: str) -> dict[str, str]:
    """Return the attested fields of any object but a pod."""
    if _is_metrics(raw):
        return fields(_metrics(raw), salt)
    found = _KINDS.get(raw["kind"], _declared)(raw)
    if "deletionTimestamp" in raw["metadata"]:
        # Something holds it back; it is on its way out all the same.
        found["deleted"] = True
    return fields(found, salt)


def without(found: Mapping[str, str] | None, left_out: Iterable[str]) -> dict[str, str]:
    """Return labels or annotations without some keys, or without those that begin so."""
    gone = tuple(left_out)
    return {key: text for key, text in (found or {}).items() if not key.startswith(gone)}


def filled(content: Json) -> Json:
    """Return the parts that hold something: no labels and no field for labels are the same."""
    return {key: part for key, part in content.items() if part not in ({}, [], None)}


def _declared(raw: Json) -> Json:
    """Return labels, annotations and the whole spec."""
    meta = raw["metadata"]
    annotations = without(meta.get("annotations"), [_REVISION])
    return filled(
        {"labels": meta.get("labels"), "annotations": annotations, "spec": raw.get("spec")}
    )


def _config_map(raw: Json) -> Json:
    parts = {part: raw.get(part) for part in ("data", "binaryData", "immutable")}
    return {**_declared(raw), **filled(parts)}


def _lease(_: Json) -> Json:
    """Return nothing: who holds it and until when changes every few seconds. That it is, counts."""
    return {}


def _node(raw: Json) -> Json:
    """Return what a fault may do to a node: its addresses and capacity are the provider's."""
    spec, meta = raw["spec"], raw["metadata"]
    taints = {
        # When it was put there (timeAdded) is no part of what it does.
        f"{taint['key']}:{taint['effect']}": taint.get("value", "")
        for taint in spec.get("taints") or ()
    }
    ready = [item["status"] for item in raw["status"]["conditions"] if item["type"] == "Ready"]
    return filled(
        {
            "labels": meta.get("labels"),
            "annotations": _own(meta),
            "unschedulable": bool(spec.get("unschedulable")),
            "taints": taints,
            "ready": "".join(ready),
        }
    )


def _metrics(raw: Json) -> Json:
    """Return its count alone: the rest is the cluster's owner's, who may change it any time."""
    return filled({"annotations": _own(raw["metadata"]), "replicas": raw["spec"]["replicas"]})


def _is_metrics(raw: Json) -> bool:
    meta = raw["metadata"]
    return raw["kind"] == "Deployment" and (meta.get("namespace"), meta["name"]) == METRICS


def _own(meta: Json) -> dict[str, str]:
    found = meta.get("annotations") or {}
    return {key: text for key, text in found.items() if key.startswith(OURS)}


_KINDS: Mapping[str, Callable[[Json], Json]] = {
    "ConfigMap": _config_map,
    "Lease": _lease,
    "Node": _node,
}
