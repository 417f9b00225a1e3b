"""Makes workloads, autoscalers and endpoints of the API's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster.values import Autoscaler, Endpoints, Scalable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.cluster.client import Json
    from seatrial.cluster.values import WorkloadKind


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
        replica_writers=_replica_writers(meta),
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


def _replica_writers(meta: Json) -> tuple[str, ...]:
    """Name the field managers that own ``spec.replicas``."""
    return tuple(
        "/".join(part for part in (item["manager"], item.get("subresource")) if part)
        for item in meta.get("managedFields", [])
        if "f:replicas" in item.get("fieldsV1", {}).get("f:spec", {})
    )


def autoscaler(raw: Json) -> Autoscaler:
    """Return the Autoscaler that this autoscaling/v2 HorizontalPodAutoscaler describes."""
    meta, spec, status = raw["metadata"], raw["spec"], raw.get("status", {})
    conditions = {item["type"]: item for item in status.get("conditions", [])}
    return Autoscaler(
        namespace=meta["namespace"],
        name=meta["name"],
        target_kind=spec["scaleTargetRef"]["kind"],
        target_name=spec["scaleTargetRef"]["name"],
        min_replicas=spec.get("minReplicas", 1),
        max_replicas=spec["maxReplicas"],
        current_replicas=status.get("currentReplicas", 0),
        desired_replicas=status.get("desiredReplicas", 0),
        scaling_active=_truth(conditions.get("ScalingActive")),
        able_to_scale=_truth(conditions.get("AbleToScale")),
        scaling_limited=_truth(conditions.get("ScalingLimited")),
        limited_reason=conditions.get("ScalingLimited", {}).get("reason", ""),
        cpu_utilization=_cpu(status.get("currentMetrics") or []),
    )


def _truth(condition: Json | None) -> bool | None:
    known = {"True": True, "False": False}
    return None if condition is None else known.get(condition["status"])


def _cpu(metrics: Iterable[Json]) -> int | None:
    """Return the average CPU utilisation in percent of the request, of pods or one container."""
    for metric in metrics:
        found = metric.get("resource") or metric.get("containerResource") or {}
        if found.get("name") == "cpu":
            percent: int | None = found["current"].get("averageUtilization")
            return percent
    return None


def endpoints(namespace: str, service: str, slices: Iterable[Json]) -> Endpoints:
    """Merge a Service's discovery.k8s.io/v1 EndpointSlices; an unset Ready counts as Ready."""
    ready: set[str] = set()
    waiting: set[str] = set()
    for piece in slices:
        for item in piece.get("endpoints") or []:
            is_ready = item.get("conditions", {}).get("ready") is not False
            (ready if is_ready else waiting).update(item["addresses"])
    return Endpoints(namespace, service, tuple(sorted(ready)), tuple(sorted(waiting - ready)))
