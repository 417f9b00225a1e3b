"""Chaos Toolkit probes: how many replicas a workload has, and how long a fault is held.

They change nothing.

``ready_replicas`` answers with a ``status`` of 0 or 1, for a hypothesis with ``tolerance: 0``:
the details reach the journal. ``replicas_exist`` raises instead, for a method or a rollback.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, TypedDict

from seatrial.fault.errors import FaultError
from seatrial.fault.holding import hold
from seatrial.fault.replicas import Configuration, cluster_of, described, replicas_of
from seatrial.fault.waiting import look_until

if TYPE_CHECKING:
    from seatrial.cluster import Pod, Scalable
    from seatrial.fault.replicas import EitherKind

__all__ = ["hold", "ready_replicas", "replicas_exist"]
logger = logging.getLogger("chaostoolkit")


class Replicas(TypedDict):
    """A workload's replicas at one instant; ``status`` is 0 when there were enough of them."""

    status: int
    declared: int
    ready: int
    waited_s: float
    monotonic_ns: int
    replicas: list[object]


def ready_replicas(
    namespace: str,
    workload: str,
    *,
    minimum: int = 0,
    workload_kind: EitherKind = "StatefulSet",
    deadline_s: float = 5.0,
    configuration: Configuration | None = None,
) -> Replicas:
    """Wait at most ``deadline_s`` s until ``minimum`` replicas are Ready; say what was there.

    0 means as many as the workload declares. ``workload_kind`` "" finds either kind.
    """

    def enough(found: tuple[Scalable, tuple[Pod, ...]]) -> bool:
        return _ready(found[1]) >= (minimum or found[0].spec_replicas)

    started = time.monotonic()
    with cluster_of(configuration) as cluster:
        found = look_until(
            lambda: replicas_of(cluster, workload_kind, namespace, workload),
            enough,
            deadline_s=deadline_s,
        )
    answer = _answer(found, started, met=enough(found))
    of = minimum or answer["declared"]
    logger.info("%d of %d replicas of %s are Ready", answer["ready"], of, workload)
    return answer


def replicas_exist(
    namespace: str,
    workload: str,
    *,
    workload_kind: EitherKind = "StatefulSet",
    deadline_s: float = 30.0,
    configuration: Configuration | None = None,
) -> Replicas:
    """Wait until there are as many replicas as the workload declares, Ready or not.

    After a kill this is when the controller has put another in its place. Raises, and so fails,
    when there are fewer after ``deadline_s`` s.
    """

    def enough(found: tuple[Scalable, tuple[Pod, ...]]) -> bool:
        return len(_living(found[1])) >= found[0].spec_replicas

    started = time.monotonic()
    with cluster_of(configuration) as cluster:
        found = look_until(
            lambda: replicas_of(cluster, workload_kind, namespace, workload),
            enough,
            deadline_s=deadline_s,
        )
    if not enough(found):
        raise FaultError(
            f"see every replica of {workload_kind} {workload} in {namespace} exist",
            got=f"{len(_living(found[1]))} after {deadline_s:g} s",
            expected=f"{found[0].spec_replicas}, as the workload declares",
            mend="look at the workload's events: kubectl describe",
        )
    return _answer(found, started, met=True)


def _living(pods: tuple[Pod, ...]) -> tuple[Pod, ...]:
    return tuple(pod for pod in pods if not pod.terminating)


def _ready(pods: tuple[Pod, ...]) -> int:
    return sum(pod.ready for pod in _living(pods))


def _answer(found: tuple[Scalable, tuple[Pod, ...]], started: float, *, met: bool) -> Replicas:
    workload, pods = found
    return Replicas(
        status=0 if met else 1,
        declared=workload.spec_replicas,
        ready=_ready(pods),
        waited_s=round(time.monotonic() - started, 3),
        monotonic_ns=time.monotonic_ns(),
        replicas=list(described(_living(pods))),
    )
