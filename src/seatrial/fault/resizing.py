"""Changes a running container's CPU limit in place (``pods/resize``), and reads it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import millicores, writing
from seatrial.fault import containers
from seatrial.fault.errors import FaultError
from seatrial.fault.waiting import look_until

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.fault.containers import Instance

#: s from a resize to the kubelet's word that it is in effect; it takes about one.
EFFECT_DEADLINE_S = 30.0
#: What the kubelet says of a resize that it can't do now, or has not done yet.
_UNDER_WAY = ("PodResizePending", "PodResizeInProgress")


def cut(instance: Instance, cpu_m: int) -> tuple[str, str]:
    """Return the CPU limit there is and the one to set; raise unless it can be cut to that.

    A limit may not fall below the request, nor may the pod become Guaranteed or cease to be it:
    the API refuses another QoS class.
    """
    requests = instance.declared.get("requests", {})
    limits = instance.declared.get("limits", {})
    now, least = millicores(limits.get("cpu")), millicores(requests.get("cpu")) or 0
    wanted = cpu_m or least + 1
    if now is not None and instance.qos != "Guaranteed" and least < wanted < now:
        return str(limits["cpu"]), f"{wanted}m"
    raise FaultError(
        f"cut the CPU limit of {instance.name} in {instance.pod} to {wanted}m",
        got=f"limit {limits.get('cpu', 'none')}, request {requests.get('cpu', 'none')}, "
        f"QoS class {instance.qos}",
        expected="a limit above that, a request below it, and not the class Guaranteed: requests "
        "stay as they are, and the class may not change",
        mend="set SEATRIAL_FAULT_CPU_M between the two, or use burn-cpu",
    )


def set_limit(cluster: Cluster, namespace: str, instance: Instance, limit: str) -> None:
    """Ask for another CPU limit of that very pod's container. Raises ClusterError."""
    container = {"name": instance.name, "resources": {"limits": {"cpu": limit}}}
    body = {"metadata": {"uid": instance.pod_uid}, "spec": {"containers": [container]}}
    writing.patch(
        *(cluster, "Pod", namespace, instance.pod, body), how="strategic", subresource="resize"
    )


def await_limit(
    cluster: Cluster, namespace: str, instance: Instance, limit: str
) -> tuple[bool, str]:
    """Wait until the limit is in effect; return whether it is, and what was seen."""
    wanted = millicores(limit)

    def look() -> Instance:
        return containers.read(cluster, namespace, instance.pod, instance.name)

    def settled(it: Instance) -> bool:
        limits = (it.declared.get("limits", {}), it.effective.get("limits", {}))
        same = all(millicores(item.get("cpu")) == wanted for item in limits)
        return it.pod_uid != instance.pod_uid or (same and not _under_way(it))

    seen = look_until(look, settled, deadline_s=EFFECT_DEADLINE_S)
    effective = seen.effective.get("limits", {}).get("cpu", "none")
    words = f"limit in effect {effective}, request {seen.effective.get('requests', {}).get('cpu')}"
    held = settled(seen) and seen.pod_uid == instance.pod_uid and seen.restarts == instance.restarts
    return held, "; ".join([words, f"restarts {seen.restarts}", *_under_way(seen)])


def _under_way(instance: Instance) -> list[str]:
    found = [instance.conditions[name] for name in _UNDER_WAY if name in instance.conditions]
    return [f"{it['type']}: {it.get('reason', '')} {it.get('message', '')}" for it in found]
