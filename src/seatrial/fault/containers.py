"""Reads one container of a pod as the kubelet runs it now: its ID, its restarts, how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from seatrial.cluster import ForbiddenError, NotFoundError, writing
from seatrial.fault.errors import FaultError
from seatrial.fault.replicas import replicas_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.cluster import Cluster, Pod

Json = dict[str, Any]

_DEFAULT = "kubectl.kubernetes.io/default-container"


@dataclass(frozen=True, slots=True)
class Instance:
    """One container of one pod at one instant.

    ``id`` is the runtime's, "" while none runs: another one after a restart. ``waiting`` says why
    it does not run. ``ended`` is how the
    instance before it ended (``containerID``, ``exitCode``, ``reason``, …), empty for the first.
    ``declared`` and ``effective`` are the resources of the spec and those the kubelet has set.
    ``conditions`` are the pod's, by type.
    """

    pod: str
    pod_uid: str
    node: str
    name: str
    image: str
    id: str
    waiting: str
    ready: bool
    restarts: int
    ended: Json
    declared: Json
    effective: Json
    conditions: Mapping[str, Json]
    pull_secrets: tuple[str, ...]
    qos: str
    ip: str


def read(cluster: Cluster, namespace: str, pod: str, container: str = "") -> Instance:
    """Return a pod's container: the named one, else the only one or the pod's default.

    Raises NotFoundError without that pod, FaultError without that container.
    """
    raw = writing.read(cluster, "Pod", namespace, pod)
    return of(raw, container)


def running(cluster: Cluster, namespace: str, pod: Pod, container: str = "") -> Instance:
    """Return that very pod's container, which runs. Raises FaultError when it does not."""
    found = read(cluster, namespace, pod.name, container)
    if found.pod_uid == pod.uid and found.id:
        return found
    raise FaultError(
        f"choose a container of {pod.name} in {namespace}",
        got=f"UID {found.pod_uid}, container {found.name} {found.waiting or 'not running'}",
        expected=f"UID {pod.uid}, and a running container",
    )


def same(cluster: Cluster, namespace: str, before: Mapping[str, Any]) -> Instance | None:
    """Return the container that a record's ``before`` names, None when its pod is gone.

    Another container in the same pod is returned, with its own ``id``.
    """
    try:
        found = read(cluster, namespace, before["pod"], before["container"])
    except NotFoundError:
        return None
    return found if found.pod_uid == before["pod_uid"] else None


def beside(cluster: Cluster, namespace: str, before: Mapping[str, Any]) -> Instance | None:
    """Return a container of the record's workload as if on the record's node; None without one.

    What is left on a node has to be removed even when the pod that it was meant for is gone.
    """
    if not _exists(cluster, before["node"]):
        return None
    kind, workload = before["workload_kind"], before["workload"]
    _, pods = replicas_of(cluster, kind, namespace, workload)
    pods = tuple(pod for pod in pods if not pod.terminating)
    if not pods:
        raise FaultError(
            f"find an image to run on node {before['node']}",
            got=f"no pod of {kind} {workload} in {namespace}",
            expected="one, whose image is used",
            mend=f"scale {workload} up, then: seatrial undo",
        )
    found = read(cluster, namespace, pods[0].name, before["container"])
    return replace(found, node=before["node"])


def _exists(cluster: Cluster, node: str) -> bool:
    try:
        writing.read(cluster, "Node", "", node)
    except NotFoundError:
        return False
    except ForbiddenError:
        # Not worth a right of its own: a pod on a node that is gone never starts, and says so.
        return True
    return True


def bare_id(identifier: str) -> str:
    """Return a container's ID without its runtime's name: ``containerd://…``."""
    return identifier.rpartition("//")[2]


def _which(raw: Json, wanted: str) -> str:
    names = [item["name"] for item in raw["spec"]["containers"]]
    default = raw["metadata"].get("annotations", {}).get(_DEFAULT, "")
    only = names[0] if len(names) == 1 else ""
    name = wanted or default or only
    if name in names:
        return str(name)
    raise FaultError(
        f"choose a container of {raw['metadata']['name']}",
        got=f"{name!r} of {', '.join(names)}" if name else f"{', '.join(names)}, and none named",
        expected="the one that serves",
        mend="name it: SEATRIAL_FAULT_CONTAINER",
    )


def of(raw: Json, container: str = "") -> Instance:
    """Return a container of a v1 Pod. Raises FaultError when it is not clear which one."""
    name = _which(raw, container)
    meta, spec, status = raw["metadata"], raw["spec"], raw.get("status", {})
    declared = next(item for item in spec["containers"] if item["name"] == name)
    states = status.get("containerStatuses", [])
    state: Json = next((item for item in states if item["name"] == name), {})
    running = "running" in state.get("state", {})
    ended = state.get("lastState", {}).get("terminated") or {}
    return Instance(
        pod=meta["name"],
        pod_uid=meta["uid"],
        node=spec.get("nodeName", ""),
        name=name,
        image=declared.get("image", ""),
        id=bare_id(state.get("containerID", "")) if running else "",
        waiting=state.get("state", {}).get("waiting", {}).get("reason", ""),
        ready=bool(state.get("ready")),
        restarts=state.get("restartCount", 0),
        ended={**ended, "containerID": bare_id(ended["containerID"])} if ended else {},
        declared=declared.get("resources", {}),
        effective=state.get("resources", {}),
        conditions={item["type"]: item for item in status.get("conditions", [])},
        pull_secrets=tuple(item["name"] for item in spec.get("imagePullSecrets", [])),
        qos=status.get("qosClass", ""),
        ip=status.get("podIP", ""),
    )
