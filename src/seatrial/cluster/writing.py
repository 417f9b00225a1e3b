"""Reads and writes any object as the API's plain JSON: what faults, records and leases need.

Every call ends within 10 s and raises ClusterError: NotFoundError, ConflictError (it exists
already, or has another version or UID), BudgetError (429), ForbiddenError. Nothing is tried twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from seatrial.cluster import paths, watching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster.client import Json
    from seatrial.cluster.facade import Cluster
    from seatrial.cluster.values import Event

#: Who wrote it, in the objects' managed fields.
FIELD_MANAGER = "seatrial"
How = Literal["merge", "strategic"]
_CONTENT = {
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
}
_MANAGER = {"fieldManager": FIELD_MANAGER}


def identity(cluster: Cluster) -> str:
    """Return what names this very cluster for its life: the UID of the namespace kube-system."""
    return str(read(cluster, "Namespace", "", "kube-system")["metadata"]["uid"])


def read(cluster: Cluster, kind: str, namespace: str, name: str) -> Json:
    """Return an object; ``namespace`` "" for kinds that have none."""
    attempt = f"read {_named(kind, namespace, name)}"
    return cluster.api.get(attempt, paths.objects(kind, namespace, name))


def listed(cluster: Cluster, kind: str, namespace: str, selector: str = "") -> list[Json]:
    """Return the objects that a label selector matches, by name; namespace "": of all of them."""
    attempt = f"list {_named(kind, namespace, selector)}"
    found = cluster.api.get(attempt, paths.objects(kind, namespace), paths.labelled(selector))
    return sorted(found["items"], key=lambda item: str(item["metadata"]["name"]))


def version_of(cluster: Cluster, kind: str, namespace: str) -> str:
    """Return the version of a namespace's objects of a kind, from which they can be followed."""
    attempt = f"list {_named(kind, namespace, '')}"
    return watching.listing(
        cluster.api, attempt, paths.objects(kind, namespace), {"limit": "1"}
    ).version


def followed(
    cluster: Cluster, kind: str, namespace: str, name: str, *, version: str, seconds: float
) -> Iterator[tuple[Event, Json]]:
    """Yield what happens to the objects of one name after ``version``, for ``seconds``."""
    attempt = f"watch {_named(kind, namespace, name)}"
    where = (cluster.api, attempt, paths.objects(kind, namespace), paths.named(name))
    return watching.follow(*where, version=version, seconds=seconds)


def pod_metrics(cluster: Cluster, namespace: str) -> list[Json]:
    """Return what metrics.k8s.io has of a namespace's pods; an error when nobody serves it."""
    found = cluster.api.get(f"read pod metrics in {namespace}", paths.pod_metrics(namespace))
    return list(found["items"])


def create(cluster: Cluster, kind: str, namespace: str, manifest: Json) -> Json:
    """Create an object and return it. Raises ConflictError when there is one of its name."""
    attempt = f"create {_named(kind, namespace, manifest['metadata']['name'])}"
    path = paths.objects(kind, namespace)
    return cluster.api.write(attempt, "POST", path, manifest, query=_MANAGER)


def patch(
    cluster: Cluster,
    kind: str,
    namespace: str,
    name: str,
    body: Json,
    *,
    how: How = "merge",
    subresource: str = "",
) -> Json:
    """Patch an object or its ``subresource`` (``scale``, ``resize``) and return it."""
    what = f"{kind}/{subresource}" if subresource else kind
    path = paths.objects(kind, namespace, name, *filter(None, (subresource,)))
    attempt = f"patch {_named(what, namespace, name)}"
    content = _CONTENT[how]
    return cluster.api.write(attempt, "PATCH", path, body, query=_MANAGER, content_type=content)


def delete(
    cluster: Cluster,
    kind: str,
    namespace: str,
    name: str,
    *,
    uid: str = "",
    grace_s: int | None = None,
) -> None:
    """Ask for an object's deletion, with ``uid`` only that one's. Raises NotFoundError."""
    options: Json = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
    if uid:
        options["preconditions"] = {"uid": uid}
    if grace_s is not None:
        options["gracePeriodSeconds"] = grace_s
    attempt = f"delete {_named(kind, namespace, name)}"
    cluster.api.delete(attempt, paths.objects(kind, namespace, name), options)


def evict(cluster: Cluster, namespace: str, name: str, *, uid: str) -> None:
    """Evict a pod, as a drain does: BudgetError while a PodDisruptionBudget forbids it.

    The pod has its own grace period.
    """
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": name, "namespace": namespace},
        "deleteOptions": {"preconditions": {"uid": uid}},
    }
    path = paths.objects("Pod", namespace, name, "eviction")
    cluster.api.write(f"evict {_named('Pod', namespace, name)}", "POST", path, body)


def log(cluster: Cluster, namespace: str, pod: str, container: str) -> str:
    """Return what a container has written so far."""
    path = paths.objects("Pod", namespace, pod, "log")
    attempt = f"read the log of {container} in {_named('Pod', namespace, pod)}"
    return cluster.api.text(attempt, path, {"container": container})


def _named(kind: str, namespace: str, name: str) -> str:
    where = f" in {namespace}" if namespace else ""
    return f"{kind} {name}{where}"
