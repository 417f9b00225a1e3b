"""The target's namespace where there is none yet: made for a trial, marked so, and removed again.

Its creation is one call that succeeds for one caller alone, and the mark comes with it: whatever
dies afterwards, whoever finds the namespace empty knows that it was made for a trial.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import ConflictError, NotFoundError, writing

if TYPE_CHECKING:
    from typing import Any

    from seatrial.cluster import Cluster

    Json = dict[str, Any]

#: An annotation: the trial that made the namespace.
MADE_BY = "seatrial.dev/made-by"
#: What a user may have put into a namespace. Leases are not among them: they go with it.
_FOREIGN_KINDS = (
    "pods,services,deployments,statefulsets,daemonsets,jobs,cronjobs,configmaps,secrets,"
    "persistentvolumeclaims"
)
#: What Kubernetes itself puts into each namespace.
_OWN_OBJECTS = ("configmap/kube-root-ca.crt",)
DELETE_S = 180.0


def make_namespace(cluster: Cluster, name: str, trial: str) -> None:
    """Make the namespace for a trial; does nothing if there is one. Raises ClusterError."""
    metadata = {"name": name, "annotations": {MADE_BY: trial}}
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    try:
        writing.create(cluster, "Namespace", "", manifest)
    except ConflictError:
        return


def exists(cluster: Cluster, name: str) -> bool:
    """Tell whether there is such a namespace."""
    try:
        writing.read(cluster, "Namespace", "", name)
    except NotFoundError:
        return False
    return True


def was_made(cluster: Cluster, name: str) -> bool:
    """Tell whether the namespace is there and was made for a trial."""
    try:
        found = writing.read(cluster, "Namespace", "", name)
    except NotFoundError:
        return False
    return MADE_BY in found["metadata"].get("annotations", {})


def fresh_namespaces(cluster: Cluster, name: str = "") -> tuple[str, ...]:
    """Return the namespaces that were made for a trial and are empty; with a name, of that one."""
    names = [name] if name else [item["metadata"]["name"] for item in _marked(cluster)]
    return tuple(item for item in names if is_fresh(cluster, item))


def _marked(cluster: Cluster) -> list[Json]:
    found = writing.listed(cluster, "Namespace", "")
    return [item for item in found if MADE_BY in item["metadata"].get("annotations", {})]


def is_fresh(cluster: Cluster, name: str) -> bool:
    """Tell whether the namespace was made for a trial and nothing has been put into it since."""
    return was_made(cluster, name) and not foreign_objects(cluster, name)


def foreign_objects(cluster: Cluster, name: str) -> list[str]:
    """Return what is in the namespace that Kubernetes did not put there, as ``kind/name``."""
    flags = ["--output=name", "--ignore-not-found", f"--namespace={name}"]
    names = cluster.kubectl("get", _FOREIGN_KINDS, *flags, timeout_s=60.0).split()
    return [name for name in names if name not in _OWN_OBJECTS]


def remove_if_fresh(cluster: Cluster, name: str) -> None:
    """Remove a namespace that a trial made and nothing is in, and wait until it is gone."""
    if is_fresh(cluster, name):
        flags = ["--ignore-not-found", "--wait", f"--timeout={DELETE_S:g}s"]
        cluster.kubectl("delete", "namespace", name, *flags, timeout_s=DELETE_S + 10)
