"""The API's paths and queries; every name is quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from seatrial.cluster.values import WorkloadKind

_PLURALS = {"StatefulSet": "statefulsets", "Deployment": "deployments"}


def join(*parts: str) -> str:
    """Join path segments, each quoted."""
    return "/" + "/".join(quote(part, safe=":") for part in parts)


def pods(namespace: str, *rest: str) -> str:
    """Return the path of a namespace's pods, or of one of them."""
    return join("api", "v1", "namespaces", namespace, "pods", *rest)


def workloads(kind: WorkloadKind, namespace: str, *rest: str) -> str:
    """Return the path of all workloads of a kind, or of one of them."""
    return join("apis", "apps", "v1", "namespaces", namespace, _PLURALS[kind], *rest)


def autoscalers(namespace: str, *rest: str) -> str:
    """Return the path of a namespace's autoscalers, or of one of them."""
    base = ("apis", "autoscaling", "v2", "namespaces", namespace)
    return join(*base, "horizontalpodautoscalers", *rest)


def slices(namespace: str) -> str:
    """Return the path of a namespace's EndpointSlices."""
    return join("apis", "discovery.k8s.io", "v1", "namespaces", namespace, "endpointslices")


def labelled(selector: str) -> dict[str, str]:
    """Return the query for what a label selector matches; none matches all."""
    return {"labelSelector": selector} if selector else {}


def named(name: str) -> dict[str, str]:
    """Return the query for the one object of that name."""
    return {"fieldSelector": f"metadata.name={name}"}


def of_service(service: str) -> dict[str, str]:
    """Return the query for a Service's EndpointSlices."""
    return {"labelSelector": f"kubernetes.io/service-name={service}"}
