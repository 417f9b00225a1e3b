"""Chaos Toolkit actions: what breaks a workload. What observes it stands in `probes`."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypedDict

from seatrial.cluster import NotFoundError
from seatrial.fault.errors import FaultError
from seatrial.fault.replicas import Configuration, choose, cluster_of, described, replicas_of
from seatrial.fault.waiting import look_until, wait_for_instant

if TYPE_CHECKING:
    from seatrial.cluster import Cluster, Pod, WorkloadKind

__all__ = ["kill_replica"]
logger = logging.getLogger("chaostoolkit")

#: A deletion with grace 0 takes the object away at once; this is for a busy API server.
GONE_DEADLINE_S = 10.0


class Killed(TypedDict):
    """What `kill_replica` returns: the journal's evidence. Instants: ns of CLOCK_MONOTONIC."""

    name: str
    uid: str
    address: str
    workload_kind: str
    started_monotonic_ns: int
    answered_monotonic_ns: int
    started_wall: str
    replicas_before: list[object]


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
) -> Killed:
    """Kill one Ready replica: delete its pod with grace 0, so that nothing of it drains.

    The replica is the one whose whole name matches ``name_pattern``, or else number
    ``seed`` modulo the Ready ones, by name. ``selector`` narrows the workload's own.
    ``at_monotonic_ns`` waits for that instant of CLOCK_MONOTONIC first; 0 means now.
    The deletion carries the pod's UID, so its successor of the same name can't be hit.

    Raises, and so fails, when no replica can be chosen, when the pod changed under way, or when
    the API still has it 10 s later.
    """
    with cluster_of(configuration) as cluster:
        wait_for_instant(at_monotonic_ns)
        where = f"{workload_kind} {workload} in {namespace}"
        _, pods = replicas_of(cluster, workload_kind, namespace, workload, selector)
        victim = choose(pods, seed=seed, name_pattern=name_pattern, where=where)
        logger.info("Killing %s (UID %s, %s)", victim.name, victim.uid, victim.ip)
        return _killed(cluster, namespace, workload_kind, victim, pods)


def _killed(
    cluster: Cluster, namespace: str, kind: WorkloadKind, victim: Pod, before: tuple[Pod, ...]
) -> Killed:
    wall, started = datetime.now(UTC).isoformat(), time.monotonic_ns()
    cluster.delete_pod(namespace, victim.name, uid=victim.uid, grace_s=0)
    answered = time.monotonic_ns()
    _confirm_gone(cluster, namespace, victim)
    return Killed(
        name=victim.name,
        uid=victim.uid,
        address=victim.ip or "",
        workload_kind=kind,
        started_monotonic_ns=started,
        answered_monotonic_ns=answered,
        started_wall=wall,
        replicas_before=list(described(before)),
    )


def _confirm_gone(cluster: Cluster, namespace: str, victim: Pod) -> None:
    def successor_uid() -> str:
        try:
            return cluster.pod(namespace, victim.name).uid
        except NotFoundError:
            return ""

    found = look_until(successor_uid, lambda uid: uid != victim.uid, deadline_s=GONE_DEADLINE_S)
    if found == victim.uid:
        raise FaultError(
            f"kill {victim.name} in {namespace}",
            got=f"the API still has UID {victim.uid} after {GONE_DEADLINE_S:g} s",
            expected="no pod with that UID",
            mend="look for a finalizer on the pod",
        )
