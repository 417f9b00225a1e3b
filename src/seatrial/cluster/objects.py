"""Reads any object that a deployment is made of, as little of it as tells whether it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.cluster import paths
from seatrial.cluster.ownership import digest, last_writer, writers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster.client import Json
    from seatrial.cluster.facade import Cluster
    from seatrial.cluster.values import Writer

#: The field manager by which a HorizontalPodAutoscaler writes ``spec.replicas``.
AUTOSCALER = "kube-controller-manager/scale"


@dataclass(frozen=True, slots=True)
class ObjectState:
    """One object: a digest of what its users declare, and who wrote any of that last.

    The count of ``replicas`` is apart, as autoscalers write it: None where it has none, and
    ``scaled`` says who wrote it last. ``config_maps`` are the names of those that its pods read.
    """

    kind: str
    name: str
    uid: str
    digest: str
    written: Writer
    replicas: int | None
    scaled: Writer
    config_maps: tuple[str, ...]


def read_object(cluster: Cluster, kind: str, namespace: str, name: str) -> ObjectState:
    """Return an object. Raises NotFoundError, ClusterError, KeyError for a kind without a path."""
    path = paths.objects(kind, namespace, name)
    return object_state(kind, cluster.api.get(f"read {kind} {name} in {namespace}", path))


def object_state(kind: str, raw: Json) -> ObjectState:
    """Return the state that this JSON of the API describes."""
    meta = raw["metadata"]
    where, apart = ("data", ()) if kind == "ConfigMap" else ("spec", ("replicas",))
    return ObjectState(
        kind=kind,
        name=meta["name"],
        uid=meta["uid"],
        digest=digest(_content(kind, raw), without=apart),
        written=last_writer(meta, where, besides=apart),
        replicas=raw.get("spec", {}).get("replicas"),
        scaled=_scaled(meta),
        config_maps=tuple(sorted(set(_config_maps(raw.get("spec", {}).get("template", {}))))),
    )


def _scaled(meta: Json) -> Writer:
    """Return who wrote the count last: the autoscaler, if it is its owner, who gives no time."""
    owners = writers(meta, "spec", "replicas")
    ours = next((item for item in owners if item.name == AUTOSCALER), None)
    return ours or last_writer(meta, "spec", "replicas")


def _content(kind: str, raw: Json) -> Json:
    if kind != "ConfigMap":
        return dict(raw["spec"])
    return {**(raw.get("data") or {}), "binary": raw.get("binaryData")}


def _config_maps(template: Json) -> Iterator[str]:
    """Yield the names of the ConfigMaps that a pod's volumes and environment read."""
    spec = template.get("spec", {})
    for volume in spec.get("volumes") or ():
        sources = (volume.get("projected") or {}).get("sources") or (volume,)
        for source in sources:
            yield from _named(source.get("configMap"))
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        for item in container.get("envFrom") or ():
            yield from _named(item.get("configMapRef"))
        for item in container.get("env") or ():
            yield from _named((item.get("valueFrom") or {}).get("configMapKeyRef"))


def _named(reference: Json | None) -> Iterator[str]:
    if reference and reference.get("name"):
        yield str(reference["name"])
