"""What every fault on one container shares: who is hit and when, and the record kept before it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seatrial.fault import containers, hand, limits
from seatrial.fault.replicas import choose, replicas_of
from seatrial.fault.told import Hit, Proof, Target, proof, target
from seatrial.fault.waiting import wait_for_instant
from seatrial.timeline import NANOSECONDS
from seatrial.undo import Record, forget, keep, record_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.cluster import Cluster, Pod, Scalable, WorkloadKind
    from seatrial.fault.containers import Instance
    from seatrial.fault.hand import Hand, Reach

#: s before its instant at which a fault's pod is made: it starts in one or two.
LEAD_S = 10.0
#: A node's clock further from this machine's than this says nothing of when it acted.
CLOCKS_AGREE_S = 1.0


@dataclass(frozen=True, slots=True)
class Aim:
    """One container of one replica, as it was when it was chosen, and the instant to hit it at.

    ``among`` are all the workload's pods. ``at_monotonic_ns`` 0 is now.
    """

    cluster: Cluster
    namespace: str
    workload: Scalable
    among: tuple[Pod, ...]
    pod: Pod
    instance: Instance
    at_monotonic_ns: int
    taken_ns: int

    @property
    def who(self) -> str:
        """Name the container for people."""
        return f"container {self.instance.name} of {self.pod.name}"

    def at_wall_ns(self) -> int:
        """Return the instant by the wall clock, as another machine knows it; 0 is now."""
        if not self.at_monotonic_ns:
            return 0
        return time.time_ns() + self.at_monotonic_ns - time.monotonic_ns()

    def seconds_ahead(self) -> float:
        """Return how far ahead the instant is."""
        return max(self.at_monotonic_ns - time.monotonic_ns(), 0) / NANOSECONDS

    def admit(self) -> None:
        """Raise RefusedError when the replica may not be hit; a dry run ends here.

        For whoever has to run anything in the container before `keep` asks the same.
        """
        limits.admit(self.cluster, self.namespace, [self.pod], self.among)

    def keep(self, mechanism: str, what: str, more: Mapping[str, object]) -> Record:
        """Make an undo record for it, durable when this returns: the fault's first write.

        Raises RefusedError when the replica may not be hit, ClusterError.
        """
        self.admit()
        record = record_for(
            *(self.cluster, self.namespace),
            mechanism=mechanism,
            what=what,
            before={
                "workload_kind": self.workload.kind,
                "workload": self.workload.name,
                "node": self.pod.node,
                "pod": self.pod.name,
                "pod_uid": self.pod.uid,
                "container": self.instance.name,
                "container_id": self.instance.id,
                **more,
            },
        )
        keep(self.cluster, record)
        return record

    def send(
        self,
        record: Record,
        program: str,
        order: Mapping[str, object],
        *,
        reach: Reach,
        seconds: float,
        resources: dict[str, Any] | None = None,
    ) -> Hand:
        """Make a hand on the replica's node; what it does the record covers. Raises ClusterError.

        Where no hand may be made nothing was done, and the record is forgotten: to undo it would
        take a hand, too. Raises ForbiddenHandError then.
        """
        try:
            return hand.make(
                *(self.cluster, self.namespace, record.id, self.instance),
                program=program,
                order=order,
                reach=reach,
                seconds=seconds,
                resources=resources,
            )
        except hand.ForbiddenHandError:
            forget(self.cluster, record)
            raise

    def hit(self, kind: str, wall_ns: int, *, uid_after: str = "") -> tuple[Hit, Proof]:
        """Return the act of a hand at ``wall_ns`` by its clock, and whether that clock is ours."""
        now = time.monotonic_ns()
        started = now - (time.time_ns() - wall_ns)
        off_s = max(self.taken_ns - started, started - now, 0) / NANOSECONDS
        hit = Hit(
            kind=kind,
            started_monotonic_ns=min(max(started, self.taken_ns), now),
            started_wall=datetime.fromtimestamp(wall_ns / NANOSECONDS, UTC).isoformat(),
            targets=[self.target(uid_after)],
        )
        words = f"it acted {off_s:.3f} s outside the time in which it was asked to"
        if not off_s:
            words = "it acted in the time in which it was asked to"
        return hit, proof("the node's clock is this machine's", off_s < CLOCKS_AGREE_S, words)

    def target(self, uid_after: str = "") -> Target:
        """Return the replica as a target; by default the same pod stands there afterwards."""
        return target(self.pod, uid_after=uid_after or self.pod.uid)


def take(
    cluster: Cluster,
    namespace: str,
    workload: str,
    *,
    workload_kind: WorkloadKind,
    selector: str,
    name_pattern: str,
    seed: int,
    container: str,
    at_monotonic_ns: int,
) -> Aim:
    """Choose the replica and its container, `LEAD_S` before the instant. It changes nothing.

    Raises SeatrialError when none can be chosen, or when its container does not run.
    """
    wait_for_instant(at_monotonic_ns - round(LEAD_S * NANOSECONDS))
    taken = time.monotonic_ns()
    where = f"{workload_kind} {workload} in {namespace}"
    found, pods = replicas_of(cluster, workload_kind, namespace, workload, selector)
    victim = choose(pods, seed=seed, name_pattern=name_pattern, where=where)
    instance = containers.running(cluster, namespace, victim, container)
    return Aim(cluster, namespace, found, pods, victim, instance, at_monotonic_ns, taken)
