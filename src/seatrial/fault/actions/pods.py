"""Actions that end replicas by their pods."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seatrial.fault.replicas import Configuration, choose, cluster_of, replicas_of
from seatrial.fault.successors import await_successor
from seatrial.fault.told import Hit, Told
from seatrial.fault.waiting import wait_for_instant

if TYPE_CHECKING:
    from seatrial.cluster import WorkloadKind

logger = logging.getLogger("chaostoolkit")

KILL_REPLICA = "kill-replica"


def kill_replica(
    namespace: str,
    workload: str,
    *,
    workload_kind: WorkloadKind = "StatefulSet",
    selector: str = "",
    name_pattern: str = "",
    seed: int = 0,
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Kill one Ready replica: delete its pod with grace 0, so that nothing of it drains.

    The replica is the one whose whole name matches ``name_pattern``, or else number
    ``seed`` modulo the Ready ones, by name. ``selector`` narrows the workload's own.
    ``at_monotonic_ns`` waits for that instant of CLOCK_MONOTONIC first; 0 means now.
    The deletion carries the pod's UID, so its successor of the same name can't be hit.
    Returns once another pod stands in its place, or 30 s later without that proof.

    Raises, and so fails, when no replica can be chosen or when the pod changed under way.
    """
    with cluster_of(configuration) as cluster:
        wait_for_instant(at_monotonic_ns)
        where = f"{workload_kind} {workload} in {namespace}"
        _, pods = replicas_of(cluster, workload_kind, namespace, workload, selector)
        victim = choose(pods, seed=seed, name_pattern=name_pattern, where=where)
        logger.info("Killing %s (UID %s, %s)", victim.name, victim.uid, victim.ip)
        wall, started = datetime.now(UTC).isoformat(), time.monotonic_ns()
        cluster.delete_pod(namespace, victim.name, uid=victim.uid, grace_s=0)
        found, proofs = await_successor(
            lambda: replicas_of(cluster, workload_kind, namespace, workload)[1], victim, pods
        )
    hit = Hit(kind=KILL_REPLICA, started_monotonic_ns=started, started_wall=wall, targets=[found])
    return Told(hit=hit, proofs=proofs)
