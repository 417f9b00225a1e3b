"""Kubernetes objects as text with a name: rendered from kustomize, read from the cluster, compared.

The one place in ``workload`` that looks into an object's JSON. Nothing here changes a cluster.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from seatrial.cluster import Cluster

#: What the API server or a controller writes into an object by itself.
_SERVER_METADATA = ("uid", "resourceVersion", "generation", "creationTimestamp", "selfLink")
_CONTROLLER_ANNOTATIONS = ("deployment.kubernetes.io/revision",)
#: Kinds with ``spec.replicas``, which an autoscaler may own.
_SCALED_KINDS = ("StatefulSet", "Deployment")
_SECONDS = 60.0


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """Which object: its kind with group and version, its namespace ("" for none), its name."""

    api_version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Return the way kubectl's users write it."""
        where = f" in {self.namespace}" if self.namespace else ""
        return f"{self.kind} {self.name}{where}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object: which it is, and its JSON text as read or rendered."""

    reference: Reference
    text: str


def render(cluster: Cluster, folder: Path) -> tuple[Manifest, ...]:
    """Return the objects that ``kustomize build`` makes of ``folder``.

    kubectl reads the YAML; what it makes of it, as JSON, is what will be applied.
    """
    built = cluster.kubectl("kustomize", str(folder), timeout_s=_SECONDS)
    as_json = cluster.kubectl(
        "create", "--dry-run=client", "--output=json", "-f", "-", stdin=built, timeout_s=_SECONDS
    )
    return parse(as_json)


def live(cluster: Cluster, references: Iterable[Reference]) -> dict[Reference, Manifest]:
    """Return those of the objects that exist now, with their field ownership."""
    wanted = [_head(reference) for reference in references]
    if not wanted:
        return {}
    flags = ["--ignore-not-found", "--show-managed-fields", "--output=json"]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": wanted})
    found = cluster.kubectl("get", *flags, "-f", "-", stdin=text, timeout_s=_SECONDS)
    return {manifest.reference: manifest for manifest in parse(found)}


def parse(text: str) -> tuple[Manifest, ...]:
    """Return the objects of kubectl's JSON output: a List, one object, several, or nothing."""
    return tuple(
        Manifest(_reference(item), json.dumps(item, sort_keys=True))
        for document in _documents(text)
        for item in (document["items"] if document["kind"] == "List" else [document])
    )


def as_list(manifests: Sequence[Manifest]) -> str:
    """Return one JSON List that kubectl applies in order."""
    items = [json.loads(manifest.text) for manifest in manifests]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def head_list(references: Sequence[Reference]) -> str:
    """Return a JSON List of objects by name only, for kubectl delete."""
    items = [_head(reference) for reference in references]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def comparable(manifest: Manifest, *, scaled: bool = False) -> str:
    """Return the JSON of what users declare: without status, versions, times and ownership.

    Left out too is a count of replicas that an autoscaler writes; with ``scaled`` one does, even if
    it has not yet.
    """
    return json.dumps(_declared(manifest, scaled=scaled), indent=1, sort_keys=True)


def restorable(before: Manifest, now: Manifest | None, *, scaled: bool = False) -> Manifest:
    """Return ``before`` as it can replace ``now``; an autoscaler's current count stays."""
    raw = _declared(before, scaled=scaled)
    if scaled or autoscaled(before):
        raw["spec"]["replicas"] = json.loads((now or before).text)["spec"]["replicas"]
    return Manifest(before.reference, json.dumps(raw))


def aimed_at(autoscaler: Mapping[str, Any]) -> Reference:
    """Return the workload that an autoscaler's JSON aims at."""
    target = autoscaler["spec"]["scaleTargetRef"]
    namespace = autoscaler["metadata"]["namespace"]
    return Reference(target.get("apiVersion", "apps/v1"), target["kind"], namespace, target["name"])


def ownership_patch(before: Manifest, taken_over: Manifest | None = None) -> str:
    """Return the JSON patch that gives each field back to the manager who owned it before.

    But for a count that an autoscaler has taken over since: that one it keeps, as ``taken_over``
    has it.
    """
    fields = json.loads(before.text)["metadata"].get("managedFields", [])
    if taken_over is not None:
        for owner in fields:
            owner.get("fieldsV1", {}).get("f:spec", {}).pop("f:replicas", None)
        fields += _count_owners(taken_over)
    return json.dumps([{"op": "replace", "path": "/metadata/managedFields", "value": fields}])


def without_replicas(manifest: Manifest) -> Manifest:
    """Return a workload's manifest that leaves the count of replicas to others."""
    raw = json.loads(manifest.text)
    raw["spec"].pop("replicas", None)
    return Manifest(manifest.reference, json.dumps(raw))


def counted(manifest: Manifest) -> bool:
    """Return whether it is of a kind that has a count of replicas."""
    return manifest.reference.kind in _SCALED_KINDS


def autoscaled(manifest: Manifest) -> bool:
    """Return whether an autoscaler, through the scale subresource, wrote the count of replicas."""
    return any(map(_is_autoscaler, _count_owners(manifest)))


def undeclared(manifest: Manifest) -> bool:
    """Return whether nobody but an autoscaler owns the count of replicas.

    The API names no owner at all where no manifest has ever declared one, even if it is scaled.
    """
    return counted(manifest) and all(map(_is_autoscaler, _count_owners(manifest)))


def _count_owners(manifest: Manifest) -> list[dict[str, Any]]:
    if not counted(manifest):
        return []
    owners: list[dict[str, Any]] = json.loads(manifest.text)["metadata"].get("managedFields", [])
    return [
        owner for owner in owners if "f:replicas" in owner.get("fieldsV1", {}).get("f:spec", {})
    ]


def _is_autoscaler(owner: dict[str, Any]) -> bool:
    return owner.get("subresource") == "scale" and "kubectl" not in owner["manager"]


def _declared(manifest: Manifest, *, scaled: bool) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(manifest.text)
    scaled = scaled or autoscaled(manifest)
    raw.pop("status", None)
    metadata = raw["metadata"]
    for field in (*_SERVER_METADATA, "managedFields"):
        metadata.pop(field, None)
    for annotation in _CONTROLLER_ANNOTATIONS:
        metadata.get("annotations", {}).pop(annotation, None)
    if not metadata.get("annotations", True):
        del metadata["annotations"]
    if scaled:
        raw["spec"].pop("replicas", None)
    return raw


def _reference(raw: dict[str, Any]) -> Reference:
    metadata = raw["metadata"]
    return Reference(
        raw["apiVersion"], raw["kind"], metadata.get("namespace", ""), metadata["name"]
    )


def _head(reference: Reference) -> dict[str, Any]:
    metadata = {"name": reference.name}
    if reference.namespace:
        metadata["namespace"] = reference.namespace
    return {"apiVersion": reference.api_version, "kind": reference.kind, "metadata": metadata}


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """Yield each of the JSON documents that stand one after another in ``text``."""
    decoder = json.JSONDecoder()
    rest = text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        yield document
        rest = rest[end:].lstrip()
