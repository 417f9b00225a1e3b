"""Waiting until the workload really serves: replicas, models, endpoints, metrics, real answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError, ForbiddenError
from seatrial.workload import checks
from seatrial.workload.asking import ask, tries
from seatrial.workload.record import WorkloadError

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.progress import Progress

_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Replica:
    """One Ready replica."""

    name: str
    uid: str
    ip: str


@dataclass(frozen=True, slots=True)
class Serving:
    """A workload that serves: where, by which replicas, with which arms seen to answer.

    ``url`` is the base URL that the load goes to. ``replicas_seen`` counts the replicas whose
    answers came through the proxy; it is 0 where the proxy does not name them. ``waited_s``
    is how long that took, in seconds.
    """

    url: str
    replicas: tuple[Replica, ...]
    arms_seen: tuple[str, ...]
    replicas_seen: int
    waited_s: float


@dataclass(slots=True)
class _Seen:
    """Answers so far; forgotten when the replicas change."""

    addresses: frozenset[str] = frozenset()
    arms: set[str] = field(default_factory=set)
    replicas: set[str] = field(default_factory=set)


def wait_serving(cluster: Cluster, config: Config, *, body: bytes, progress: Progress) -> Serving:
    """Return once everything serves, or raise WorkloadError with all that is missing.

    Asked for: all replicas Ready and of the newest template, the proxy too, as many endpoints as
    replicas, each model ready on each replica, the autoscaler measuring (if one is configured), an
    answer for each arm and from each replica through the proxy. The wait is bounded by
    ``target.ready_deadline_s``.
    """
    start = time.monotonic()
    deadline_s = config.target.ready_deadline_s
    seen = _Seen()
    with progress.step("the workload serves"):
        while missing := _missing(cluster, config, body, seen):
            if time.monotonic() - start > deadline_s:
                raise WorkloadError(
                    f"wait until {config.target.workload} in {config.target.namespace} serves",
                    got=f"after {deadline_s:g} s still: " + "; ".join(missing),
                    expected="all replicas, models, endpoints, metrics and arms at work",
                    mend="the first of these is the likeliest cause; "
                    f"kubectl -n {config.target.namespace} describe pods says more",
                )
            time.sleep(_LOOK_S)
        return _serving(cluster, config, seen, time.monotonic() - start)


def _missing(cluster: Cluster, config: Config, body: bytes, seen: _Seen) -> list[str]:
    """Return what is missing, each stage looked at only once the one before is complete.

    The API may fail for a moment: that is something missing too. A right that is missing stays so.
    """
    target = config.target
    try:
        return (
            [*checks.workload(cluster, target), *checks.proxy(cluster, target)]
            or checks.endpoints(cluster, target)
            or checks.models(cluster, config)
            or [*_answers(cluster, config, body, seen), *checks.autoscaler(cluster, target)]
        )
    except ForbiddenError:
        raise
    except ClusterError as cause:
        return [str(cause)]


def _answers(cluster: Cluster, config: Config, body: bytes, seen: _Seen) -> list[str]:
    """Ask until each arm and each replica has answered, for a bounded number of requests."""
    pods = checks.pods_of(cluster, config.target)
    addresses = frozenset(pod.ip for pod in pods if pod.ip is not None)
    if addresses != seen.addresses:
        seen.addresses = addresses
        seen.arms.clear()
        seen.replicas.clear()
    named = False
    for _ in range(tries(config, len(addresses))):
        answer = ask(cluster, config, body)
        if not answer.ok:
            return [f"an answer through the proxy was {answer.status}: {answer.told.strip()}"]
        named = named or bool(answer.replica)
        seen.arms.add(answer.arm)
        seen.replicas.add(answer.replica.rpartition(":")[0])
        if not _unseen(config, seen, named=named):
            return []
    return _unseen(config, seen, named=named)


def _unseen(config: Config, seen: _Seen, *, named: bool) -> list[str]:
    """Return the arms, and if the proxy names them the replicas, that have not answered yet."""
    arms = [
        f"no answer yet of the arm {arm}" for arm in config.request.arms if arm not in seen.arms
    ]
    if not named:
        return arms
    waiting = sorted(seen.addresses - seen.replicas)
    return arms + [f"no answer yet of the replica {address}" for address in waiting]


def _serving(cluster: Cluster, config: Config, seen: _Seen, waited_s: float) -> Serving:
    target = config.target
    url = config.request.url
    if not url:
        address, port = cluster.service_address(target.namespace, target.service)
        url = f"http://{address}:{port}"
    return Serving(
        url=url,
        replicas=tuple(
            Replica(pod.name, pod.uid, pod.ip or "")
            for pod in checks.pods_of(cluster, target)
            if pod.ready
        ),
        arms_seen=tuple(sorted(seen.arms - {""})),
        replicas_seen=len(seen.replicas & seen.addresses),
        waited_s=waited_s,
    )
