"""The cluster's metrics: whether there are any, and whether an autoscaler misses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError, NotFoundError, writing
from seatrial.fault.errors import FaultError
from seatrial.fault.told import Proof, proof
from seatrial.fault.waiting import look_until

if TYPE_CHECKING:
    from seatrial.cluster import Autoscaler, Cluster, Scalable

SYSTEM, SERVER = "kube-system", "metrics-server"
#: From the server's end to the API's having none, and to the autoscaler's saying so.
GONE_S = 60.0


def check_active(cluster: Cluster, namespace: str, autoscaler: str) -> None:
    """Raise FaultError when the autoscaler has no metrics already: nothing could be taken then."""
    seen = cluster.autoscaler(namespace, autoscaler)
    if not seen.scaling_active:
        raise FaultError(
            f"take the metrics of HorizontalPodAutoscaler {autoscaler} in {namespace} away",
            got=f"ScalingActive {seen.scaling_active}: {seen.active_reason}",
            expected="an autoscaler that has metrics",
            mend="wait until it has some: kubectl describe hpa",
        )


def count(cluster: Cluster) -> int:
    """Return of how many of the system's own pods the API has metrics; 0: nobody serves any."""
    try:
        return len(writing.pod_metrics(cluster, SYSTEM))
    except ClusterError:
        # Without a server behind it the aggregated API answers 503, or 404 where it has gone.
        # That the API server itself is away must not be taken for it.
        cluster.version()
        return 0


def server(cluster: Cluster) -> Scalable:
    """Return metrics-server's Deployment. Raises FaultError when there are no metrics to take."""
    attempt = "take the cluster's metrics away"
    try:
        found = cluster.scalable("Deployment", SYSTEM, SERVER)
    except NotFoundError as cause:
        raise FaultError(
            attempt,
            got=f"no Deployment {SERVER} in {SYSTEM}",
            expected="one that serves metrics.k8s.io",
            mend="leave this fault out: what serves them here is not known",
        ) from cause
    known = count(cluster)
    if not known or not found.spec_replicas:
        raise FaultError(
            attempt,
            got=f"metrics of {known} pods, {found.spec_replicas} replicas of {SERVER}",
            expected="some of each",
            mend="wait until `kubectl top pods` answers",
        )
    return found


def await_none(cluster: Cluster, namespace: str, autoscaler: str) -> list[Proof]:
    """Wait until there are no metrics and the autoscaler, if one is named, says so; prove both."""
    left = look_until(lambda: count(cluster), lambda n: not n, deadline_s=GONE_S)
    proofs = [proof("no metrics any more", not left, f"of {left} pods of {SYSTEM}")]
    if not autoscaler:
        return proofs

    def inactive(seen: Autoscaler) -> bool:
        return seen.scaling_active is False

    seen = look_until(
        lambda: cluster.autoscaler(namespace, autoscaler), inactive, deadline_s=GONE_S
    )
    words = f"ScalingActive {seen.scaling_active}: {seen.active_reason}"
    return [*proofs, proof("the autoscaler misses them", inactive(seen), words)]
