"""Takes a snapshot: reads all that a trial may touch, and keeps what is attested of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seatrial.attestation import objects, pods
from seatrial.attestation.fields import OURS
from seatrial.cluster import (
    AUTOSCALER,
    ForbiddenError,
    NotFoundError,
    embedded,
    object_state,
    writing,
)
from seatrial.cluster.embedded import leftovers
from seatrial.lease import NAME as LEASE
from seatrial.timeline import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from seatrial.cluster import Cluster
    from seatrial.config import Target

Json = dict[str, Any]

#: The label of pods that seatrial made, and of ConfigMaps that hold an undo record.
OWNED = f"{OURS}owned"
UNDO = f"{OURS}undo"
#: In the target's namespace, whoever made them: any of these may keep a workload from working.
_NAMESPACED = ("PodDisruptionBudget", "NetworkPolicy", "ResourceQuota")
_SCALED = ("StatefulSet", "Deployment")


@dataclass(frozen=True, slots=True)
class Found:
    """What was read. ``objects``: as the API has them, pods too.

    ``nodes``: of each embedded node that is up, fields that the API does not show; none elsewhere.
    ``unreadable``: what these rights may not read.
    """

    objects: tuple[Json, ...]
    nodes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unreadable: Mapping[str, str] = field(default_factory=dict)


def snapshot(cluster: Cluster, target: Target, salt: str) -> Snapshot:
    """Return what the deployment is right now. Raises SeatrialError where it can't be read.

    Only snapshots of the same salt can be compared.
    Nodes and metrics-server are left out where the rights do not reach: who may not even read
    them did not change them.
    """
    return snapshot_of(read(cluster, target), target, salt)


def snapshot_of(found: Found, target: Target, salt: str) -> Snapshot:
    """Return the snapshot of what was read. Pure."""
    workloads = {f"{target.workload_kind} {target.workload}"}
    workloads |= {f"{kind} {target.proxy}" for kind in _SCALED}
    others = [raw for raw in found.objects if raw["kind"] != "Pod"]
    attested = {objects.name_of(raw): objects.facts(raw, salt) for raw in others}
    attested |= {name: {"rights": said} for name, said in found.unreadable.items()}
    attested |= {f"inside node {name}": dict(facts) for name, facts in found.nodes.items()}
    scaled = [raw for raw in others if objects.name_of(raw) in workloads]
    ours = [
        raw for raw in found.objects if raw["kind"] == "Pod" and _counts(raw, scaled, workloads)
    ]
    return Snapshot(
        objects=dict(sorted(attested.items())),
        pods=pods.groups(ours, salt),
        autoscaled=tuple(sorted(objects.name_of(raw) for raw in scaled if _autoscaled(raw))),
        salt=salt,
    )


def _autoscaled(raw: Json) -> bool:
    return object_state(raw["kind"], raw).scaled.name == AUTOSCALER


def _counts(pod: Json, scaled: Iterable[Json], workloads: Iterable[str]) -> bool:
    """Tell whether a pod is of the workload or proxies, could pass for one, or is seatrial's."""
    labels = pod["metadata"].get("labels") or {}
    if OWNED in labels or pods.owner(pod) in workloads:
        return True
    selectors = [raw["spec"]["selector"].get("matchLabels") or {} for raw in scaled]
    return any(chosen and chosen.items() <= labels.items() for chosen in selectors)


def read(cluster: Cluster, target: Target) -> Found:
    """Read all that is attested. Raises SeatrialError."""
    namespace, unreadable = target.namespace, dict[str, str]()
    found = [*_named(cluster, target)]
    for kind in _NAMESPACED:
        found += _listed(cluster, kind, namespace)
    found += _listed(cluster, "ConfigMap", namespace, UNDO)
    found += _allowed(unreadable, "nodes", lambda: _listed(cluster, "Node", ""))
    found += _allowed(unreadable, "metrics-server", lambda: _metrics(cluster))
    replicas = _listed(cluster, "Pod", namespace)
    nodes = embedded.nodes(cluster.name) if cluster.kind == "embedded" else ()
    inside = {node.name: _inside(node.pid, replicas) for node in nodes if node.pid is not None}
    return Found((*found, *replicas), inside, unreadable)


def _named(cluster: Cluster, target: Target) -> Iterator[Json]:
    """Yield the objects that the configuration names, and the ConfigMaps that their pods read."""
    wanted: list[tuple[str, str]] = [(target.workload_kind, target.workload)]
    wanted += [(kind, target.proxy) for kind in _SCALED]
    config_maps = set[str]()
    for kind, name in dict.fromkeys(wanted):
        for raw in _found(cluster, kind, target.namespace, name):
            config_maps |= set(object_state(kind, raw).config_maps)
            yield raw
    others = [("Service", target.replica_service), ("Service", target.service)]
    others += [("ConfigMap", name) for name in sorted(config_maps)] + [("Lease", LEASE)]
    others += [("HorizontalPodAutoscaler", target.autoscaler)] if target.autoscaler else []
    for kind, name in others:
        yield from _found(cluster, kind, target.namespace, name)


def _metrics(cluster: Cluster) -> tuple[Json, ...]:
    return _found(cluster, "Deployment", *objects.METRICS)


def _found(cluster: Cluster, kind: str, namespace: str, name: str) -> tuple[Json, ...]:
    """Return the object of that name, or none: that it is not there is attested, too."""
    try:
        return (writing.read(cluster, kind, namespace, name),)
    except NotFoundError:
        return ()


def _listed(cluster: Cluster, kind: str, namespace: str, selector: str = "") -> tuple[Json, ...]:
    """Return the objects with their ``kind``, which the API leaves out of lists."""
    found = writing.listed(cluster, kind, namespace, selector)
    return tuple({"kind": kind, **raw} for raw in found)


def _allowed(
    unreadable: dict[str, str], what: str, look: Callable[[], tuple[Json, ...]]
) -> tuple[Json, ...]:
    try:
        return look()
    except ForbiddenError:
        unreadable[what] = "may not be read"
        return ()


def _inside(node_pid: int, replicas: Iterable[Json]) -> dict[str, str]:
    """Return what an embedded node shows and the API does not."""
    names = {raw["metadata"]["uid"]: raw["metadata"]["name"] for raw in replicas}
    stopped = Counter(leftovers.stopped_processes(node_pid))
    found = {
        f"stopped process {item.command} of pod {names.get(item.pod_uid, item.pod_uid)}": f"{count}"
        for item, count in stopped.items()
    }
    return found | {f"packet rules {name}": "there" for name in leftovers.drop_tables(node_pid)}
