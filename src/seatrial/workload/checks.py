"""What is still missing for a workload to serve, each part as a sentence; empty lists mean ready.

Only looks, once; ``serving`` decides how long to wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import NotFoundError

if TYPE_CHECKING:
    from seatrial.cluster import Cluster, Pod, Scalable
    from seatrial.config import Config, Target

_MODEL_TIMEOUT_S = 3.0
_OK = 200


def pods_of(cluster: Cluster, target: Target) -> tuple[Pod, ...]:
    """Return the workload's pods that are not on their way out; none if it does not exist."""
    try:
        found = cluster.scalable(target.workload_kind, target.namespace, target.workload)
    except NotFoundError:
        return ()
    pods = cluster.pods(target.namespace, found.selector)
    return tuple(pod for pod in pods if not pod.terminating)


def workload(cluster: Cluster, target: Target) -> list[str]:
    """Return what keeps the workload from having all replicas Ready and of the newest template."""
    kind, namespace, name = target.workload_kind, target.namespace, target.workload
    try:
        found = cluster.scalable(kind, namespace, name)
    except NotFoundError:
        return [f"{kind} {name} does not exist in {namespace}"]
    return _scaled(cluster, found)


def proxy(cluster: Cluster, target: Target) -> list[str]:
    """Return what keeps the proxy, of either kind, from having all its pods Ready."""
    try:
        found = cluster.find_scalable(target.namespace, target.proxy)
    except NotFoundError:
        return [f"the proxy {target.proxy} does not exist in {target.namespace}"]
    return _scaled(cluster, found)


def endpoints(cluster: Cluster, target: Target) -> list[str]:
    """Return whether the replicas' Service has another number of addresses than Ready replicas."""
    ready = {pod.ip for pod in pods_of(cluster, target) if pod.ready}
    found = cluster.endpoints(target.namespace, target.replica_service)
    if ready == set(found.ready):
        return []
    counts = f"{len(found.ready)} ready addresses, {len(ready)} replicas are Ready"
    return [f"Service {target.replica_service} has {counts}"]


def models(cluster: Cluster, config: Config) -> list[str]:
    """Return the models (each arm is one) that a Ready replica does not call ready."""
    target = config.target
    missing = []
    for pod in pods_of(cluster, target):
        for model in config.request.arms if pod.ready else ():
            path = f"/v2/models/{model}/ready"
            status, _ = cluster.pod_get(
                target.namespace, pod.name, target.model_port, path, timeout_s=_MODEL_TIMEOUT_S
            )
            if status != _OK:
                missing.append(f"{pod.name}: model {model} is not ready, it answers {status}")
    return missing


def autoscaler(cluster: Cluster, target: Target) -> list[str]:
    """Return what keeps the autoscaler from scaling the workload, in whatever range."""
    if target.autoscaler is None:
        return []
    name = f"HorizontalPodAutoscaler {target.autoscaler}"
    try:
        found = cluster.autoscaler(target.namespace, target.autoscaler)
    except NotFoundError:
        return [f"{name} does not exist"]
    missing = []
    if (found.target_kind, found.target_name) != (target.workload_kind, target.workload):
        missing.append(
            f"{name} scales {found.target_kind} {found.target_name}, "
            f"not {target.workload_kind} {target.workload}"
        )
    if not found.scaling_active:
        missing.append(f"{name} has no metrics yet (ScalingActive is {found.scaling_active})")
    return missing


def _scaled(cluster: Cluster, found: Scalable) -> list[str]:
    if found.observed_generation < found.generation:
        return [f"{found.kind} {found.name}: its newest change has not been taken up"]
    wanted = found.spec_replicas
    counts = (found.ready_replicas, found.updated_replicas, found.replicas)
    if wanted > 0 and counts == (wanted, wanted, wanted):
        return []
    return [_short(cluster, found)]


def _short(cluster: Cluster, found: Scalable) -> str:
    """Say how many are Ready, and of each pod that is not, why."""
    reasons = [
        f"{pod.name}: {pod.unready_reason}"
        for pod in cluster.pods(found.namespace, found.selector)
        if not pod.ready
    ]
    counts = (
        f"{found.kind} {found.name}: {found.ready_replicas} of {found.spec_replicas} replicas Ready"
        f", {found.updated_replicas} of the newest template, {found.replicas} in all"
    )
    return "; ".join([counts, *reasons])
