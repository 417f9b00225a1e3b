"""Samples what the deployment is made of: workload, autoscaler, Services, proxy, ConfigMaps.

Whoever changes one of them during a trial changes what is tried. Each is read once a round, which
costs the API server some ms; who changed it and when is in its managed fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError, NotFoundError, read_object
from seatrial.timeline import PERIODS_S, ObjectSample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster import Cluster, ObjectState
    from seatrial.config import Target
    from seatrial.observe.watchers import Clock, Write


@dataclass(slots=True)
class Objects:
    """Samples every object of the deployment. It needs the right to `get` each of them.

    The workload is one: its own watcher sees each change at once, this one goes on without it.
    """

    cluster: Cluster
    target: Target
    part: str = "objects.jsonl"
    begun: bool = False

    def round(self, clock: Clock, write: Write) -> None:
        """Wait for its time, then sample each object: so the last sample follows the trial's end.

        Raises ClusterError, after all were tried, for the first that could not be read.
        """
        if self.begun:
            Event().wait(PERIODS_S["objects"])
        self.begun = True
        errors = list(self._all(clock, write))
        if errors:
            raise errors[0]

    def _all(self, clock: Clock, write: Write) -> Iterator[ClusterError]:
        """Sample each object; yield the error of each that could not be read."""
        target = self.target
        wanted = [("Service", target.service), ("Service", target.replica_service)]
        if target.autoscaler is not None:
            wanted.append(("HorizontalPodAutoscaler", target.autoscaler))
        names: set[str] = set()
        for kind, name in ((target.workload_kind, target.workload), ("", target.proxy), *wanted):
            try:
                found = self._sample(kind or self._kind_of_proxy(), name, clock, write)
                names |= set(found.config_maps) if found is not None else set()
            except ClusterError as error:
                yield error
        for name in sorted(names):
            try:
                self._sample("ConfigMap", name, clock, write)
            except ClusterError as error:
                yield error

    def _kind_of_proxy(self) -> str:
        try:
            return self.cluster.find_scalable(self.target.namespace, self.target.proxy).kind
        except NotFoundError:
            return "Deployment"

    def _read(self, kind: str, name: str) -> ObjectState | None:
        try:
            return read_object(self.cluster, kind, self.target.namespace, name)
        except NotFoundError:
            return None

    def _sample(self, kind: str, name: str, clock: Clock, write: Write) -> ObjectState | None:
        found = self._read(kind, name)
        if found is None:
            write(ObjectSample(clock(), kind, name, gone=True))
            return None
        written = found.written
        write(
            ObjectSample(
                at_ns=clock(),
                kind=kind,
                name=name,
                uid=found.uid,
                digest=found.digest,
                writer=written.name,
                written=written.at,
                replicas=found.replicas,
                replicas_writer=found.scaled.name,
                replicas_written=found.scaled.at,
            )
        )
        return found
