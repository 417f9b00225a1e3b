"""Makes workloads and endpoints of the API's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster.ownership import digest, last_writer, writers
from seatrial.cluster.values import Endpoints, Scalable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.cluster.client import Json
    from seatrial.cluster.values import WorkloadKind

REPLICAS = ("spec", "replicas")


def scalable(kind: WorkloadKind, raw: Json) -> Scalable:
    """Return the Scalable that this apps/v1 StatefulSet or Deployment describes."""
    meta, spec, status = raw["metadata"], raw["spec"], raw.get("status", {})
    return Scalable(
        kind=kind,
        namespace=meta["namespace"],
        name=meta["name"],
        uid=meta["uid"],
        generation=meta["generation"],
        observed_generation=status.get("observedGeneration", 0),
        spec_replicas=spec["replicas"],
        replicas=status.get("replicas", 0),
        ready_replicas=status.get("readyReplicas", 0),
        updated_replicas=status.get("updatedReplicas", 0),
        resource_version=meta["resourceVersion"],
        selector=_selector(spec["selector"]),
        replica_writers=tuple(item.name for item in writers(meta, *REPLICAS)),
        replicas_written=last_writer(meta, *REPLICAS),
        spec_written=last_writer(meta, "spec", besides=("replicas",)),
        spec_digest=digest(spec, without=("replicas",)),
    )


def _selector(raw: Json) -> str:
    """Write a label selector object as the API takes it in a query."""
    parts = [f"{key}={value}" for key, value in raw.get("matchLabels", {}).items()]
    for item in raw.get("matchExpressions", []):
        key, operator, values = item["key"], item["operator"], ",".join(item.get("values", []))
        parts.append(
            {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[operator]
        )
    return ",".join(parts)


def endpoints(namespace: str, service: str, slices: Iterable[Json]) -> Endpoints:
    """Merge a Service's discovery.k8s.io/v1 EndpointSlices; an unset Ready counts as Ready."""
    ready: set[str] = set()
    waiting: set[str] = set()
    for piece in slices:
        for item in piece.get("endpoints") or []:
            is_ready = item.get("conditions", {}).get("ready") is not False
            (ready if is_ready else waiting).update(item["addresses"])
    return Endpoints(namespace, service, tuple(sorted(ready)), tuple(sorted(waiting - ready)))
