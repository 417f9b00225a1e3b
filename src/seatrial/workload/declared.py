"""Whether the workload is at its declared state right now: what is missing, as sentences.

Looks once and waits for nothing. What was applied is compared part by part; of a workload that
seatrial only judges, what its configuration says of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import NotFoundError
from seatrial.workload import checks
from seatrial.workload.effect import shortfalls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster import Cluster
    from seatrial.config import Target
    from seatrial.workload.record import AppliedWorkload


def undeclared(
    cluster: Cluster, target: Target, applied: AppliedWorkload | None
) -> tuple[str, ...]:
    """Return what differs from the applied manifests (None: nothing was) and the configuration.

    Looked at, too: all replicas Ready and within the configured range, the proxy Ready, the
    autoscaler at work with that range. Raises ClusterError.
    """
    took = () if applied is None else shortfalls(cluster, applied)
    found = [
        *(str(item) for item in took),
        *checks.workload(cluster, target),
        *checks.proxy(cluster, target),
        *checks.endpoints(cluster, target),
        *_range(cluster, target),
        *checks.autoscaler(cluster, target),
        *_bounds(cluster, target),
    ]
    return tuple(dict.fromkeys(found))


def _range(cluster: Cluster, target: Target) -> Iterator[str]:
    """Yield whether the count of replicas is outside the configured range."""
    try:
        found = cluster.scalable(target.workload_kind, target.namespace, target.workload)
    except NotFoundError:
        return
    if not target.replicas_min <= found.spec_replicas <= target.replicas_max:
        yield (
            f"{found.kind} {found.name}: spec.replicas is {found.spec_replicas}, outside "
            f"{target.replicas_min} to {target.replicas_max}"
        )


def _bounds(cluster: Cluster, target: Target) -> Iterator[str]:
    """Yield whether the autoscaler's own range is another than the configured one."""
    if target.autoscaler is None:
        return
    try:
        found = cluster.autoscaler(target.namespace, target.autoscaler)
    except NotFoundError:
        return
    if (found.min_replicas, found.max_replicas) != (target.replicas_min, target.replicas_max):
        yield (
            f"HorizontalPodAutoscaler {found.name} scales from {found.min_replicas} to "
            f"{found.max_replicas}, declared was {target.replicas_min} to {target.replicas_max}"
        )
