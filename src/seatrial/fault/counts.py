"""Writes a workload's count of replicas by its ``scale``, and puts back only what is still ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.cluster import ConflictError, NotFoundError, WorkloadKind, writing
from seatrial.fault.waiting import look_until

if TYPE_CHECKING:
    from seatrial.cluster import Cluster, Scalable
    from seatrial.undo import Record

#: Who writes the count by our hand, as managed fields have it.
OURS = f"{writing.FIELD_MANAGER}/scale"
#: The API keeps no owner of a count of 0, nor of one that no manifest declares: what equals ours
#: counts as ours then, since a fault must not be left behind.
UNOWNED = ""
#: s in which a workload's own controller has told of a write, and changes it no more.
CONFLICT_S = 10.0


@dataclass(frozen=True, slots=True)
class Count:
    """One workload's count, known by its UID: what it ``was`` and what we make it (``ours``)."""

    cluster: Cluster
    kind: WorkloadKind
    namespace: str
    name: str
    uid: str
    was: int
    ours: int

    @classmethod
    def of(cls, cluster: Cluster, record: Record) -> Count:
        """Return what an undo record tells of."""
        return cls(cluster, **record.before)

    def before(self) -> dict[str, object]:
        """Return what an undo record needs."""
        names = ("kind", "namespace", "name", "uid", "was", "ours")
        return {name: getattr(self, name) for name in names}

    @property
    def words(self) -> str:
        """Name the workload for people."""
        return f"{self.kind} {self.name} in {self.namespace}"

    def look(self) -> Scalable:
        """Return it as it is. Raises ClusterError, NotFoundError when it is gone or another."""
        found = self.cluster.scalable(self.kind, self.namespace, self.name)
        if found.uid != self.uid:
            raise NotFoundError(
                f"read {self.words}", got=f"UID {found.uid}", expected=f"UID {self.uid}"
            )
        return found

    def write(self, replicas: int, *, seen: Scalable) -> None:
        """Write the count into the workload as it was ``seen``: ConflictError if it changed."""
        body = {
            "metadata": {"resourceVersion": seen.resource_version},
            "spec": {"replicas": replicas},
        }
        writing.patch(self.cluster, self.kind, self.namespace, self.name, body, subresource="scale")

    def put_back(self) -> str:
        """Write what it was where our count still stands; say what was done. Idempotent.

        A count that the autoscaler or somebody else wrote since is theirs, and stays. What changes
        under way, as its status does after each write, is looked at anew. Raises ClusterError,
        ConflictError when it still changes after `CONFLICT_S`.
        """

        def once() -> str | ConflictError:
            try:
                return self._put_back()
            except ConflictError as error:
                return error

        said = look_until(once, lambda it: isinstance(it, str), deadline_s=CONFLICT_S)
        if isinstance(said, ConflictError):
            raise said
        return said

    def _put_back(self) -> str:
        try:
            seen = self.look()
        except NotFoundError:
            return f"{self.words} is gone: no count to put back"
        if seen.spec_replicas != self.ours or seen.replicas_written.name not in (OURS, UNOWNED):
            by = seen.replicas_written.name or "nobody known"
            return f"{self.words}: {seen.spec_replicas} replicas, written by {by}; left as they are"
        self.write(self.was, seen=seen)
        return f"{self.words}: {self.was} replicas again"
