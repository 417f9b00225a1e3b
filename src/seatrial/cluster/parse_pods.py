"""Makes Pods of the API's JSON: what is Ready, why something is not, what a container runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster.quantity import mebibytes, millicores
from seatrial.cluster.values import ContainerState, Pod

if TYPE_CHECKING:
    from seatrial.cluster.client import Json


def pod(raw: Json) -> Pod:
    """Return the Pod that this v1 Pod describes."""
    meta, spec, status = raw["metadata"], raw["spec"], raw.get("status", {})
    statuses = {item["name"]: item for item in status.get("containerStatuses", [])}
    ready = _condition(status, "Ready").get("status") == "True"
    return Pod(
        name=meta["name"],
        uid=meta["uid"],
        ip=status.get("podIP"),
        node=spec.get("nodeName", ""),
        phase=status.get("phase", ""),
        ready=ready,
        terminating="deletionTimestamp" in meta,
        restarts=sum(item["restartCount"] for item in statuses.values()),
        labels=dict(meta.get("labels", {})),
        created=meta["creationTimestamp"],
        unready_reason="" if ready else _why_unready(meta, status),
        containers=tuple(
            _container(item, statuses.get(item["name"], {})) for item in spec["containers"]
        ),
    )


def _condition(status: Json, kind: str) -> Json:
    found: Json = next((item for item in status.get("conditions", []) if item["type"] == kind), {})
    return found


def _why_unready(meta: Json, status: Json) -> str:
    if "deletionTimestamp" in meta:
        return "Terminating"
    scheduled = _condition(status, "PodScheduled")
    if scheduled.get("status") == "False":
        return _reason(scheduled)
    for item in status.get("initContainerStatuses", []) + status.get("containerStatuses", []):
        for state in ("waiting", "terminated"):
            reason = item.get("state", {}).get(state)
            if reason and not item.get("ready"):
                return f"{item['name']}: {_reason(reason)}"
    return _reason(_condition(status, "Ready")) or status.get("phase", "") or "no status yet"


def _reason(raw: Json) -> str:
    """Join what the API calls reason and message, either of which may be missing."""
    return ", ".join(part for part in (raw.get("reason"), raw.get("message")) if part)


def _container(spec: Json, status: Json) -> ContainerState:
    # What the kubelet has put into effect, where it says so: a resize shows there, not in spec.
    resources = status.get("resources") or spec.get("resources") or {}
    requests, limits = resources.get("requests", {}), resources.get("limits", {})
    return ContainerState(
        name=spec["name"],
        image=spec.get("image", ""),
        image_id=status.get("imageID", ""),
        ready=bool(status.get("ready", False)),
        restart_count=status.get("restartCount", 0),
        cpu_request_m=millicores(requests.get("cpu")),
        cpu_limit_m=millicores(limits.get("cpu")),
        memory_request_mib=mebibytes(requests.get("memory")),
        memory_limit_mib=mebibytes(limits.get("memory")),
        env=tuple((item["name"], _env_value(item)) for item in spec.get("env", [])),
    )


def _env_value(raw: Json) -> str:
    source = raw.get("valueFrom")
    return f"<from {next(iter(source))}>" if source else str(raw.get("value", ""))
