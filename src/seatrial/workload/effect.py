"""Whether a change of capacity took: what was declared, beside what is in effect.

A patch may be accepted and do nothing: another controller resets it, a selector misses, a variable
is one that the model server never reads. Reads only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seatrial.cluster import NotFoundError
from seatrial.cluster.quantity import mebibytes, millicores
from seatrial.workload.manifest import autoscaled, live

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster import Cluster, ContainerState, WorkloadKind
    from seatrial.workload.manifest import Manifest
    from seatrial.workload.record import AppliedWorkload

_SCALED = ("StatefulSet", "Deployment")
#: MLServer 1.7.1 takes these without a word and reads none of them.
IGNORED_BY_MLSERVER = ("MLSERVER_MAX_GRPC_WORKERS", "MLSERVER_ENABLE_DOCS", "GUNICORN_WORKERS")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One part of a change that did not take: of which object, what, declared and in effect."""

    where: str
    what: str
    declared: str
    effective: str

    def __str__(self) -> str:
        """Return a sentence."""
        return f"{self.where}: {self.what} is {self.effective}, declared was {self.declared}"


def shortfalls(cluster: Cluster, applied: AppliedWorkload) -> tuple[Shortfall, ...]:
    """Return every part of the applied manifests that is not in effect now; () when all is.

    Looked at: replicas (unless an autoscaler writes them), each pod's CPU and memory requests and
    limits, its environment, the autoscaler's target and range, what is in ConfigMaps.
    """
    found: list[Shortfall] = []
    now = live(cluster, [item.reference for item in applied.applied])
    for item in applied.applied:
        if item.reference not in now:
            found.append(Shortfall(str(item.reference), "existence", "present", "absent"))
        elif item.reference.kind in _SCALED:
            found += _workload(cluster, item, now[item.reference])
        elif item.reference.kind == "HorizontalPodAutoscaler":
            found += _autoscaler(cluster, item)
        elif item.reference.kind == "ConfigMap":
            found += _config_map(item, now[item.reference])
    return tuple(found)


def _workload(cluster: Cluster, item: Manifest, now: Manifest) -> Iterator[Shortfall]:
    reference = item.reference
    spec = json.loads(item.text)["spec"]
    kind: WorkloadKind = "StatefulSet" if reference.kind == "StatefulSet" else "Deployment"
    scalable = cluster.scalable(kind, reference.namespace, reference.name)
    if "replicas" in spec and not autoscaled(now):
        yield from _differs(
            str(reference), "Ready replicas", spec["replicas"], scalable.ready_replicas
        )
    declared = {entry["name"]: entry for entry in spec["template"]["spec"]["containers"]}
    for pod in cluster.pods(reference.namespace, scalable.selector):
        if pod.terminating:
            continue
        for state in pod.containers:
            if state.name in declared:
                yield from _container(f"{pod.name}/{state.name}", declared[state.name], state)


def _config_map(item: Manifest, now: Manifest) -> Iterator[Shortfall]:
    """Yield each key whose content is another; the contents themselves may be long."""
    declared, effective = (json.loads(each.text).get("data") or {} for each in (item, now))
    for key in sorted({*declared, *effective}):
        if declared.get(key) != effective.get(key):
            yield Shortfall(str(item.reference), key, "as applied", "another")


def _container(where: str, declared: dict[str, Any], state: ContainerState) -> Iterator[Shortfall]:
    resources = declared.get("resources", {})
    effective = {
        ("requests", "cpu"): state.cpu_request_m,
        ("limits", "cpu"): state.cpu_limit_m,
        ("requests", "memory"): state.memory_request_mib,
        ("limits", "memory"): state.memory_limit_mib,
    }
    for (half, unit), value in effective.items():
        wanted = resources.get(half, {}).get(unit)
        if wanted is not None:
            read = millicores if unit == "cpu" else mebibytes
            yield from _differs(where, f"{unit} in {half}", read(str(wanted)), value)
    env = dict(state.env)
    for variable in declared.get("env", []):
        name = variable["name"]
        if "value" in variable:
            yield from _differs(where, name, variable["value"], env.get(name))
        if name in IGNORED_BY_MLSERVER:
            yield Shortfall(where, name, "a setting", "not one that MLServer reads")


def _autoscaler(cluster: Cluster, item: Manifest) -> Iterator[Shortfall]:
    reference = item.reference
    spec = json.loads(item.text)["spec"]
    try:
        found = cluster.autoscaler(reference.namespace, reference.name)
    except NotFoundError:
        yield Shortfall(str(reference), "existence", "present", "absent")
        return
    target = f"{spec['scaleTargetRef']['kind']} {spec['scaleTargetRef']['name']}"
    yield from _differs(
        str(reference), "target", target, f"{found.target_kind} {found.target_name}"
    )
    least = spec.get("minReplicas", 1)
    yield from _differs(str(reference), "minReplicas", least, found.min_replicas)
    yield from _differs(str(reference), "maxReplicas", spec["maxReplicas"], found.max_replicas)


def _differs(where: str, what: str, declared: object, effective: object) -> Iterator[Shortfall]:
    if declared != effective:
        yield Shortfall(where, what, str(declared), str(effective))
