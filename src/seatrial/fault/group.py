"""The pods that a fault chooses among: a workload's replicas, or the proxies in front of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.fault.errors import FaultError
from seatrial.fault.replicas import choose, choose_several, replicas_of
from seatrial.fault.told import REPLICA

if TYPE_CHECKING:
    from seatrial.cluster import Cluster, Pod, Scalable
    from seatrial.fault.replicas import EitherKind


@dataclass(frozen=True, slots=True)
class Group:
    """A workload by name; ``selector`` narrows what of it may be hit. ``what`` its pods are."""

    cluster: Cluster
    namespace: str
    workload: str
    kind: EitherKind = ""
    selector: str = ""
    what: str = REPLICA

    @property
    def words(self) -> str:
        """Name it for people."""
        return f"{self.kind or 'workload'} {self.workload} in {self.namespace}"

    def pods(self) -> tuple[Pod, ...]:
        """Return all of its pods, those that may not be hit, too. Raises ClusterError."""
        return replicas_of(self.cluster, self.kind, self.namespace, self.workload)[1]

    def whole(self) -> tuple[Scalable, tuple[Pod, ...]]:
        """Return the workload and its pods. Raises FaultError unless all it declares are Ready."""
        found, pods = replicas_of(self.cluster, self.kind, self.namespace, self.workload)
        able = sum(pod.ready and not pod.terminating for pod in pods)
        if not able == len(pods) == found.spec_replicas:
            raise FaultError(
                f"find every replica of {self.words} Ready",
                got=f"{able} Ready of {len(pods)} pods",
                expected=f"{found.spec_replicas}, as it declares, and no others",
                mend="wait until it has settled: kubectl rollout status",
            )
        return found, pods

    def choose(self, *, seed: int, name_pattern: str) -> Pod:
        """Return the pod to hit, see `replicas.choose`. Raises FaultError, ClusterError."""
        return choose(self._narrowed(), seed=seed, name_pattern=name_pattern, where=self.words)

    def choose_several(self, *, count: int, share: float, seed: int) -> tuple[Pod, ...]:
        """Return the pods to hit, see `replicas.choose_several`."""
        pods = self._narrowed()
        return choose_several(pods, count=count, share=share, seed=seed, where=self.words)

    def _narrowed(self) -> tuple[Pod, ...]:
        found = replicas_of(self.cluster, self.kind, self.namespace, self.workload, self.selector)
        return found[1]
