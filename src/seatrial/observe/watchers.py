"""Four of the things watched during a trial: each round lists, then watches for a few seconds.

A round gives a sample of everything at its start, so that a silent instrument shows in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from seatrial.observe import samples
from seatrial.observe.objects import Objects
from seatrial.observe.proxies import Proxies
from seatrial.timeline import PERIODS_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.cluster import Autoscaler, Cluster, Pod, Scalable
    from seatrial.config import Target
    from seatrial.observe.log import Sample

    Write = Callable[[Sample], None]
    Clock = Callable[[], int]

#: Seconds of one round's watch: nothing goes unsampled for longer.
ROUND_S = PERIODS_S["replicas"]


class Watcher(Protocol):
    """One instrument."""

    @property
    def part(self) -> str:
        """The Timeline's file that its samples go to."""

    def round(self, clock: Clock, write: Write) -> None:
        """Sample everything, then every change for ``ROUND_S``. Raises ClusterError."""


@dataclass(slots=True)
class Replicas:
    """Watches the workload's pods. One that is gone is sampled again in each later round."""

    cluster: Cluster
    target: Target
    part: str = "replicas.jsonl"
    seen: dict[str, Pod] = field(default_factory=dict)
    gone: dict[str, Pod] = field(default_factory=dict)

    def round(self, clock: Clock, write: Write) -> None:
        """Sample all replicas ever seen, then each that changes."""
        target = self.target
        workload = self.cluster.scalable(target.workload_kind, target.namespace, target.workload)
        for pod in self.gone.values():
            write(samples.of_pod(clock(), pod, gone=True))
        events = self.cluster.watch_pods(
            target.namespace, workload.selector, seconds=ROUND_S, known=tuple(self.seen.values())
        )
        for event, pod in events:
            deleted = event == "DELETED"
            (self.gone if deleted else self.seen)[pod.uid] = pod
            if deleted:
                self.seen.pop(pod.uid, None)
            write(samples.of_pod(clock(), pod, gone=deleted))


@dataclass(frozen=True, slots=True)
class ReplicaEndpoints:
    """Watches the Ready addresses of the Service in front of the replicas."""

    cluster: Cluster
    target: Target
    part: str = "endpoints.jsonl"

    def round(self, clock: Clock, write: Write) -> None:
        """Sample the addresses, then each change."""
        for _, found in self.cluster.watch_endpoints(
            self.target.namespace, self.target.replica_service, seconds=ROUND_S
        ):
            write(samples.of_endpoints(clock(), found))


@dataclass(slots=True)
class Scaling:
    """Watches the HorizontalPodAutoscaler ``name``; until there is one, nothing is sampled.

    One that is gone is sampled as such in each later round.
    """

    cluster: Cluster
    target: Target
    name: str
    part: str = "autoscaler.jsonl"
    last: Autoscaler | None = None

    def round(self, clock: Clock, write: Write) -> None:
        """Sample the autoscaler, then each change."""
        for event, found in self.cluster.watch_autoscaler(
            self.target.namespace, self.name, seconds=ROUND_S, known=self.last
        ):
            self.last = found
            write(samples.of_autoscaler(clock(), found, gone=event == "DELETED"))


@dataclass(slots=True)
class Workload:
    """Watches the workload's own counts, its spec, and who writes it.

    One that is gone is sampled as such in each later round.
    """

    cluster: Cluster
    target: Target
    part: str = "workload.jsonl"
    last: Scalable | None = None

    def round(self, clock: Clock, write: Write) -> None:
        """Sample the workload, then each change."""
        target = self.target
        for event, found in self.cluster.watch_scalable(
            target.workload_kind,
            target.namespace,
            target.workload,
            seconds=ROUND_S,
            known=self.last,
        ):
            self.last = found
            write(samples.of_workload(clock(), found, gone=event == "DELETED"))


def of_target(cluster: Cluster, target: Target) -> tuple[Watcher, ...]:
    """Return the watchers of a target; without an autoscaler, or a proxy's port, none for it."""
    found: list[Watcher] = [
        Replicas(cluster, target),
        ReplicaEndpoints(cluster, target),
        Workload(cluster, target),
        Objects(cluster, target),
    ]
    if target.autoscaler is not None:
        found.append(Scaling(cluster, target, target.autoscaler))
    if target.proxy_admin_port:
        found.append(Proxies(cluster, target))
    return tuple(found)


def instruments(cluster: Cluster, target: Target) -> tuple[str, ...]:
    """Return the names of the Timeline's samples that the watchers of a target write."""
    return tuple(item.part.removesuffix(".jsonl") for item in of_target(cluster, target))
