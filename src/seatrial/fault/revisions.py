"""Adds to a workload's pod template, and takes away again, what makes its controller roll.

Only something of our own is ever added: a label, and for a broken version an init container too.
So nobody else's field changes hands, and taking it away leaves the template exactly as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seatrial.cluster import NotFoundError, WorkloadKind, writing
from seatrial.fault.errors import FaultError
from seatrial.fault.replicas import state_of
from seatrial.fault.waiting import look_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.cluster import Cluster, Pod, Scalable

Raw = dict[str, Any]

#: The label of template and pods; its value is the undo record's id.
MARK = "seatrial.dev/rollout"
#: The init container of a broken version: what it is to run does not exist.
BROKEN = "seatrial-broken"
_NO_PROGRAM = "/seatrial/no-such-program"
#: For each replica beside its grace: it is scheduled, starts, and becomes Ready.
START_S = 60.0


@dataclass(frozen=True, slots=True)
class Rolled:
    """A workload and its pods at one instant. ``marked`` are names of pods of our revision."""

    workload: Scalable
    pods: tuple[Pod, ...]
    marked: frozenset[str]
    in_template: bool

    @property
    def observed(self) -> bool:
        """True once the controller has seen the template as it is."""
        return self.workload.observed_generation >= self.workload.generation

    @property
    def all_ready(self) -> bool:
        """True when there are just as many pods as declared, and all are Ready."""
        ready = [pod for pod in self.pods if pod.ready and not pod.terminating]
        return len(self.pods) == len(ready) == self.workload.spec_replicas

    @property
    def whole(self) -> bool:
        """True when every pod is of our revision and Ready."""
        return self.observed and self.all_ready and len(self.marked) == len(self.pods)

    @property
    def stuck(self) -> bool:
        """True when our revision is rolled out, has a pod, and none of its pods is Ready."""
        ready = {pod.name for pod in self.pods if pod.ready}
        return self.in_template and bool(self.marked) and not self.marked & ready

    @property
    def clear(self) -> bool:
        """True when nothing of our revision is left, and every replica is Ready."""
        return self.observed and self.all_ready and not self.marked and not self.in_template

    @property
    def words(self) -> str:
        """Say for people how far it is."""
        states = ", ".join(f"{pod.name} {state_of(pod)}" for pod in self.pods)
        return f"{len(self.marked)} of {len(self.pods)} pods of the new revision: {states}"


@dataclass(frozen=True, slots=True)
class Template:
    """The pod template of one workload, known by its UID, and the mark it gets or has."""

    cluster: Cluster
    kind: WorkloadKind
    namespace: str
    name: str
    uid: str
    mark: str

    def look(self) -> Rolled:
        """Return how far the workload is. Raises ClusterError, NotFoundError when it is gone."""
        raw = writing.read(self.cluster, self.kind, self.namespace, self.name)
        found = self.cluster.scalable(self.kind, self.namespace, self.name)
        if found.uid != self.uid:
            raise NotFoundError(
                f"read {self.kind} {self.name} in {self.namespace}",
                got=f"UID {found.uid}",
                expected=f"UID {self.uid}",
            )
        pods = self.cluster.pods(self.namespace, found.selector)
        marked = frozenset(pod.name for pod in pods if pod.labels.get(MARK) == self.mark)
        labels = raw["spec"]["template"]["metadata"].get("labels", {})
        return Rolled(found, pods, marked, labels.get(MARK) == self.mark)

    def check_free(self) -> None:
        """Raise FaultError when a rollout of ours is under way already: it must be undone first."""
        raw = writing.read(self.cluster, self.kind, self.namespace, self.name)
        mark = raw["spec"]["template"]["metadata"].get("labels", {}).get(MARK)
        if mark:
            raise FaultError(
                f"roll out {self.kind} {self.name} in {self.namespace}",
                got=f"the rollout {mark}, which was never undone",
                expected=f"a template without the label {MARK}",
                mend="seatrial undo",
            )

    def add(self, *, broken: bool) -> None:
        """Add the mark, and what can't start when it is to be ``broken``. Raises ClusterError."""
        template: Raw = {"metadata": {"labels": {MARK: self.mark}}}
        if broken:
            raw = writing.read(self.cluster, self.kind, self.namespace, self.name)
            container = _broken(raw["spec"]["template"]["spec"]["containers"][0])
            template["spec"] = {"initContainers": [container]}
        self._patch(template)

    def remove(self) -> None:
        """Take away what was added. Raises ClusterError."""
        container = {"name": BROKEN, "$patch": "delete"}
        template: Raw = {
            "metadata": {"labels": {MARK: None}},
            "spec": {"initContainers": [container]},
        }
        self._patch(template)

    def _patch(self, template: Raw) -> None:
        # With the UID a workload made anew under the name is never changed.
        body = {"metadata": {"uid": self.uid}, "spec": {"template": template}}
        writing.patch(self.cluster, self.kind, self.namespace, self.name, body, how="strategic")

    def deadline_s(self, replicas: int | None = None) -> float:
        """Return how long a roll of so many replicas (None: all) may take, one by one (s)."""
        raw = writing.read(self.cluster, self.kind, self.namespace, self.name)["spec"]
        grace = float(raw["template"]["spec"]["terminationGracePeriodSeconds"])
        count = int(raw["replicas"]) if replicas is None else replicas
        return START_S + count * (grace + START_S)

    def await_(self, holds: Callable[[Rolled], bool], *, deadline_s: float) -> Rolled:
        """Look until it ``holds``, or return what was seen last by the deadline."""
        return look_until(self.look, holds, deadline_s=deadline_s)


def _broken(container: Raw) -> Raw:
    """Return a container that never starts, within what admits the workload's own."""
    kept = ("image", "imagePullPolicy", "resources", "securityContext")
    own = {key: container[key] for key in kept if key in container}
    return {"name": BROKEN, "command": [_NO_PROGRAM], **own}
