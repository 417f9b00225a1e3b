"""The API's paths and queries; every name is quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from seatrial.cluster.values import WorkloadKind

#: The API's group and version of each kind.
_GROUPS = {
    "ConfigMap": ("api", "v1"),
    "Deployment": ("apis", "apps", "v1"),
    "HorizontalPodAutoscaler": ("apis", "autoscaling", "v2"),
    "Lease": ("apis", "coordination.k8s.io", "v1"),
    "Namespace": ("api", "v1"),
    "NetworkPolicy": ("apis", "networking.k8s.io", "v1"),
    "Node": ("api", "v1"),
    "Pod": ("api", "v1"),
    "PodDisruptionBudget": ("apis", "policy", "v1"),
    "ResourceQuota": ("api", "v1"),
    "Service": ("api", "v1"),
    "StatefulSet": ("apis", "apps", "v1"),
}


def join(*parts: str) -> str:
    """Join path segments, each quoted."""
    return "/" + "/".join(quote(part, safe=":") for part in parts)


def objects(kind: str, namespace: str, *rest: str) -> str:
    """Return the path of a namespace's objects of a kind, or of one of them. Raises KeyError.

    Without a ``namespace``: of the whole cluster's objects.
    """
    where = ("namespaces", namespace) if namespace else ()
    return join(*_GROUPS[kind], *where, _plural(kind), *rest)


def _plural(kind: str) -> str:
    name = kind.lower()
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def pods(namespace: str, *rest: str) -> str:
    """Return the path of a namespace's pods, or of one of them."""
    return objects("Pod", namespace, *rest)


def workloads(kind: WorkloadKind, namespace: str, *rest: str) -> str:
    """Return the path of all workloads of a kind, or of one of them."""
    return objects(kind, namespace, *rest)


def autoscalers(namespace: str, *rest: str) -> str:
    """Return the path of a namespace's autoscalers, or of one of them."""
    return objects("HorizontalPodAutoscaler", namespace, *rest)


def slices(namespace: str) -> str:
    """Return the path of a namespace's EndpointSlices."""
    return join("apis", "discovery.k8s.io", "v1", "namespaces", namespace, "endpointslices")


def pod_metrics(namespace: str) -> str:
    """Return the path of the metrics of a namespace's pods."""
    return join("apis", "metrics.k8s.io", "v1beta1", "namespaces", namespace, "pods")


def labelled(selector: str) -> dict[str, str]:
    """Return the query for what a label selector matches; none matches all."""
    return {"labelSelector": selector} if selector else {}


def named(name: str) -> dict[str, str]:
    """Return the query for the one object of that name."""
    return {"fieldSelector": f"metadata.name={name}"}


def of_service(service: str) -> dict[str, str]:
    """Return the query for a Service's EndpointSlices."""
    return {"labelSelector": f"kubernetes.io/service-name={service}"}
