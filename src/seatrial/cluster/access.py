"""Asks the API what the identity in the kubeconfig may do. Every authenticated one may ask that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import paths

if TYPE_CHECKING:
    from seatrial.cluster.facade import Cluster

_PATH = paths.join("apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews")


def allowed(
    cluster: Cluster, verb: str, resource: str, *, group: str, namespace: str, name: str = ""
) -> bool:
    """Tell whether the cluster's identity may do this; ``pods/proxy`` is a subresource.

    ``namespace`` "" asks for the whole cluster, ``name`` "" for any object. Raises ClusterError.
    """
    kind, _, subresource = resource.partition("/")
    asked = {
        "verb": verb,
        "group": group,
        "resource": kind,
        "subresource": subresource,
        "namespace": namespace,
        "name": name,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": asked},
    }
    answer = cluster.api.write(f"ask whether it may {verb} {resource}", "POST", _PATH, review)
    return bool(answer.get("status", {}).get("allowed"))
