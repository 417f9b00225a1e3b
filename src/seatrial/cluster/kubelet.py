"""Reads what a node's kubelet tells, through the API server (``nodes/proxy``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import paths

if TYPE_CHECKING:
    from seatrial.cluster.facade import Cluster


def container_metrics(cluster: Cluster, node: str) -> str:
    """Return the figures of every container of a node, in Prometheus' text form.

    They are some 10 s old at most. Raises ClusterError: ForbiddenError, NotFoundError.
    """
    path = paths.objects("Node", "", node, "proxy", "metrics", "cadvisor")
    return cluster.api.text(f"read the containers' metrics of node {node}", path)
