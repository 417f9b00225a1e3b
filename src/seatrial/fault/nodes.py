"""Reads and writes what a fault of a node needs: its marks, its readiness, the pods on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.cluster import ConflictError, embedded, writing
from seatrial.errors import UsageError
from seatrial.fault.errors import FaultError
from seatrial.fault.waiting import look_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.cluster import Cluster, Pod
    from seatrial.cluster.client import Json

#: Says of a lost node that it does not come back with its pods: only then may a StatefulSet's pod
#: have a successor, https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/.
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
OURS = "seatrial"
#: A controller writes the same list of taints; so often, in s, a write is tried again.
WRITE_DEADLINE_S = 10.0


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a cluster, by name; ``uid`` tells it from another that took the name."""

    cluster: Cluster
    name: str
    uid: str

    @classmethod
    def of(cls, cluster: Cluster, name: str) -> Node:
        """Return the node as it is now. Raises NotFoundError, ClusterError."""
        return cls(cluster, name, str(writing.read(cluster, "Node", "", name)["metadata"]["uid"]))

    def look(self) -> Json:
        """Return its JSON. Raises ClusterError, and FaultError when it is another one by now."""
        raw = writing.read(self.cluster, "Node", "", self.name)
        if raw["metadata"]["uid"] != self.uid:
            raise FaultError(
                f"find the node {self.name} with UID {self.uid}",
                got=f"UID {raw['metadata']['uid']}",
                expected="the same node",
            )
        return raw

    def cordoned(self) -> bool:
        """Tell whether no pod may be scheduled to it."""
        return bool(self.look()["spec"].get("unschedulable"))

    def cordon(self, *, on: bool) -> None:
        """Let no pod be scheduled to it, or let them again."""
        body = {"spec": {"unschedulable": True if on else None}}
        writing.patch(self.cluster, "Node", "", self.name, body)

    def ready(self) -> bool:
        """Tell whether its kubelet says that it is Ready, and is heard."""
        return node_ready(self.look())

    def await_ready(self, *, ready: bool, deadline_s: float) -> bool:
        """Wait until it is Ready, or is not; tell whether that came in time."""
        return look_until(self.ready, lambda now: now is ready, deadline_s=deadline_s) is ready

    def take_out_of_service(self) -> None:
        """Add our taint; nothing is done where there is one of that key."""
        taint = {"key": OUT_OF_SERVICE, "value": OURS, "effect": "NoExecute"}
        self._taint(
            lambda old: old if any(map(_out_of_service, old)) else [*old, taint],
        )

    def back_in_service(self) -> None:
        """Take our taint away; another's of that key stays."""
        self._taint(
            lambda old: [
                item for item in old if not _out_of_service(item) or item.get("value") != OURS
            ]
        )

    def _taint(self, change: Callable[[list[Json]], list[Json]]) -> None:
        """Write the taints as ``change`` says, guarded: nobody else's write is lost."""

        def once() -> bool:
            raw = self.look()
            old = raw["spec"].get("taints") or []
            if (new := change(old)) == old:
                return True
            guard = {"resourceVersion": raw["metadata"]["resourceVersion"]}
            body = {"metadata": guard, "spec": {"taints": new or None}}
            try:
                writing.patch(self.cluster, "Node", "", self.name, body)
            except ConflictError:
                return False
            return True

        if not look_until(once, bool, deadline_s=WRITE_DEADLINE_S):
            raise FaultError(
                f"write the taints of the node {self.name}",
                got=f"another writer before each try, for {WRITE_DEADLINE_S:g} s",
                expected="a moment without",
                mend="see who writes them: kubectl get node --show-managed-fields",
            )

    def pods(self, namespace: str) -> tuple[Pod, ...]:
        """Return the namespace's pods on it that a drain evicts: not a DaemonSet's, it puts back.

        Nor those that are on their way out already.
        """
        raw = writing.listed(self.cluster, "Pod", namespace)
        kept = {item["metadata"]["name"] for item in raw if not _of_daemon_set(item)}
        found = self.cluster.pods(namespace, "")
        return tuple(
            pod
            for pod in found
            if pod.node == self.name and pod.name in kept and not pod.terminating
        )


def node_ready(raw: Json) -> bool:
    """Tell whether a v1 Node's kubelet says that it is Ready, and is heard."""
    conditions: list[Json] = raw["status"].get("conditions") or []
    return any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)


def embedded_name(cluster: Cluster, attempt: str) -> str:
    """Return the embedded cluster's name. Raises UsageError for an existing one."""
    name = embedded.name_of(cluster.kubeconfig)
    if name is None:
        raise UsageError(
            attempt,
            got=f"the cluster {cluster.context}, which is not seatrial's own",
            expected="an embedded cluster: of another nobody here can end and return a machine",
            mend="use drain-node",
        )
    return name


def check_others(cluster: Cluster, node: str) -> None:
    """Raise FaultError unless another node could take the pods of ``node``."""
    raw = writing.listed(cluster, "Node", "")
    others = [
        item["metadata"]["name"]
        for item in raw
        if item["metadata"]["name"] != node and not item["spec"].get("unschedulable")
    ]
    if not others:
        raise FaultError(
            f"take the node {node} out of service",
            got="no other node that pods may be scheduled to",
            expected="one at least: the workload has to go on",
            mend="seatrial cluster up --nodes 3",
        )


def _out_of_service(taint: Json) -> bool:
    return bool(taint.get("key") == OUT_OF_SERVICE)


def _of_daemon_set(raw: Json) -> bool:
    owners = raw["metadata"].get("ownerReferences") or []
    return any(item["kind"] == "DaemonSet" for item in owners)
