"""What was not there before: each kind of leftover, planted in real objects, is named."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.attestation import differences
from seatrial.attestation.settling import unsettled
from tests.attestation.saved import NAMESPACE, Saved

if TYPE_CHECKING:
    from collections.abc import Callable


def _meta(kind: str, part: str, key: str, name: str = "") -> Callable[[Saved], object]:
    return lambda read: read.one(kind, name)["metadata"].setdefault(part, {}).update({key: "1"})


def _spec(kind: str, name: str, **parts: Any) -> Callable[[Saved], object]:  # noqa: ANN401 -- any field
    return lambda read: read.one(kind, name)["spec"].update(parts)


def _object(kind: str, name: str, **meta: Any) -> Callable[[Saved], object]:  # noqa: ANN401 -- any field
    raw = {"kind": kind, "metadata": {"name": name, "namespace": NAMESPACE, **meta}, "spec": {}}
    return lambda read: read.objects.append(raw)


def _gone(kind: str, name: str = "") -> Callable[[Saved], object]:
    return lambda read: read.objects.remove(read.one(kind, name))


def _main(read: Saved, kind: str, name: str) -> dict[str, Any]:
    spec = read.one(kind, name)["spec"]
    container: dict[str, Any] = spec.get("template", {"spec": spec})["spec"]["containers"][0]
    return container


def _stray(read: Saved) -> None:
    pod = copy.deepcopy(read.one("Pod", "model"))
    pod["metadata"] |= {"name": "stray", "uid": "stray"}
    del pod["metadata"]["ownerReferences"]
    read.objects.append(pod)


def _another(read: Saved) -> None:
    pod = copy.deepcopy(read.one("Pod", "model"))
    pod["metadata"] |= {"name": "model-2", "uid": "two"}
    read.objects.append(pod)


def _unready(read: Saved) -> None:
    for item in read.one("Pod", "model")["status"]["conditions"]:
        if item["type"] == "Ready":
            item["status"] = "False"


def _effective(read: Saved) -> None:
    read.one("Pod", "model")["status"]["containerStatuses"][0]["resources"]["limits"]["cpu"] = "50m"


def _resizing(read: Saved) -> None:
    condition = {"type": "PodResizePending", "status": "True", "reason": "Deferred"}
    read.one("Pod", "model")["status"]["conditions"].append(condition)


def _set(kind: str, name: str, key: str, value: Any) -> Callable[[Saved], object]:  # noqa: ANN401 -- any field
    return lambda read: _main(read, kind, name).update({key: value})


OURS, UNDO, OWNED = "seatrial.dev/left", "seatrial.dev/undo", "seatrial.dev/owned"
TAINT = [{"key": "planted", "effect": "NoSchedule", "value": "yes"}]
EPHEMERAL = [{"name": "debugger", "image": "busybox"}]
PLANTS: dict[str, tuple[Callable[[Saved], object], str]] = {
    **{
        f"a label of a {kind}": (_meta(kind, "labels", "planted", name), "labels.planted")
        for kind, name in (
            ("StatefulSet", ""),
            ("Deployment", "front"),
            ("HorizontalPodAutoscaler", ""),
            ("Service", ""),
            ("ConfigMap", ""),
            ("PodDisruptionBudget", ""),
            ("NetworkPolicy", ""),
            ("ResourceQuota", ""),
            ("Pod", ""),
            ("Node", ""),
        )
    },
    **{
        f"an annotation of ours of a {kind}": (
            _meta(kind, "annotations", OURS, name),
            f"annotations[{OURS}]: was absent, is 1",
        )
        for kind, name in (
            ("StatefulSet", ""),
            ("Deployment", "front"),
            ("Deployment", "metrics-server"),
            ("HorizontalPodAutoscaler", ""),
            ("Service", ""),
            ("ConfigMap", ""),
            ("PodDisruptionBudget", ""),
            ("NetworkPolicy", ""),
            ("ResourceQuota", ""),
            ("Pod", ""),
            ("Node", ""),
        )
    },
    "replicas": (
        _spec("StatefulSet", "model", replicas=3),
        "StatefulSet model: spec.replicas: was 2, is 3",
    ),
    "proxies": (
        _spec("Deployment", "front", replicas=0),
        "Deployment front: spec.replicas: was 1, is 0",
    ),
    "no metrics-server": (
        _spec("Deployment", "metrics-server", replicas=0),
        "Deployment metrics-server in kube-system: replicas: was 1, is 0",
    ),
    "a wider autoscaler": (
        _spec("HorizontalPodAutoscaler", "", maxReplicas=9),
        "spec.maxReplicas: was 4, is 9",
    ),
    "an image": (_set("StatefulSet", "", "image", "broken:1"), "is broken:1"),
    "a variable": (
        _set("StatefulSet", "", "env", [{"name": "BROKEN", "value": "1"}]),
        "env[BROKEN]",
    ),
    "a restart": (
        lambda read: read.one("StatefulSet")["spec"]["template"]["metadata"].update(
            annotations={"kubectl.kubernetes.io/restartedAt": "now"}
        ),
        "spec.template.metadata.annotations[kubectl.kubernetes.io/restartedAt]: was absent, is now",
    ),
    "a pod's limit": (
        _set("Pod", "model", "resources", {"limits": {"cpu": "50m"}}),
        "StatefulSet model: spec.containers[main].resources.limits.cpu: was 100m, is 50m",
    ),
    "a limit still in effect": (
        _effective,
        "1 of 2 pods of StatefulSet model: effective.main.limits.cpu: was 100m, is 50m",
    ),
    "a resize that waits": (_resizing, "resize: was absent, is PodResizePending Deferred"),
    "a debugger": (
        _spec("Pod", "model", ephemeralContainers=EPHEMERAL),
        "ephemeralContainers[debugger]",
    ),
    "a replica not Ready": (_unready, "1 of 2 pods of StatefulSet model: ready: was True, is F"),
    "a replica too few": (_gone("Pod", "model"), "pods of StatefulSet model: was 2, is 1"),
    "a replica too many": (_another, "pods of StatefulSet model: was 2, is 3"),
    "no proxy": (_gone("Pod", "front"), "pods of Deployment front: was 1, is 0"),
    "a pod that the workload's selector matches": (_stray, "pods of nobody (stray): was 0, is 1"),
    "a pod of ours": (
        _object("Pod", "hand", labels={OWNED: "1"}),
        "pods of nobody (hand): was 0, is 1",
    ),
    "an undo record": (
        _object("ConfigMap", "seatrial-undo-1", labels={UNDO: "1"}),
        "ConfigMap seatrial-undo-1: was absent, is there",
    ),
    "a lease": (_object("Lease", "seatrial-trial"), "Lease seatrial-trial: was absent, is there"),
    "a network policy": (_object("NetworkPolicy", "cut"), "NetworkPolicy cut: was absent"),
    "a budget": (_object("PodDisruptionBudget", "b"), "PodDisruptionBudget b: was absent"),
    "a quota": (_object("ResourceQuota", "q"), "ResourceQuota q: was absent, is there"),
    "a taint": (
        _spec("Node", "", taints=TAINT),
        "taints.planted:NoSchedule: was absent, is yes",
    ),
    "a cordon": (_spec("Node", "", unschedulable=True), "unschedulable: was false, is true"),
    "an object on its way out": (
        _meta("Service", "deletionTimestamp", ""),
        "deleted: was absent, is true",
    ),
    "a stopped process": (
        lambda read: read.node.update({"stopped process mlserver of pod model-0": "2"}),
        "inside node one: stopped process mlserver of pod model-0: was absent, is 2",
    ),
    "packet rules": (
        lambda read: read.node.update({"packet rules inet seatrial_cut": "there"}),
        "inside node one: packet rules inet seatrial_cut: was absent, is there",
    ),
    **{
        f"no {kind}": (_gone(kind, name), ": was there, is absent")
        for kind, name in (
            ("StatefulSet", ""),
            ("Deployment", "front"),
            ("Deployment", "metrics-server"),
            ("HorizontalPodAutoscaler", ""),
            ("Service", "replicas"),
            ("Service", "clients"),
            ("ConfigMap", ""),
            ("PodDisruptionBudget", ""),
            ("NetworkPolicy", ""),
            ("ResourceQuota", ""),
        )
    },
}
#: What becomes another in a moment by itself: a second snapshot waits for these.
SETTLING = {
    "a replica not Ready",
    "a limit still in effect",
    "a pod's limit",
    "a resize that waits",
    "a replica too few",
    "a replica too many",
    "no proxy",
    "replicas",
    "proxies",
    "an object on its way out",
    "a pod of ours",
}


@pytest.mark.parametrize(("plant", "named"), PLANTS.values(), ids=PLANTS)
def test_a_planted_leftover_is_named(
    read: Saved, plant: Callable[[Saved], object], named: str
) -> None:
    """What is planted after the first snapshot is a difference that says what it is."""
    before = read.snapshot()
    plant(read)
    found = [str(change) for change in differences(before, read.snapshot())]
    assert any(named in line for line in found), found
    # Taken the other way round, it is one that went.
    assert differences(read.snapshot(), before)


@pytest.mark.parametrize(("name", "plant"), [(name, plant) for name, (plant, _) in PLANTS.items()])
def test_only_what_may_settle_is_waited_for(
    read: Saved, name: str, plant: Callable[[Saved], object]
) -> None:
    """A label stays what it is, however long one waits; a pod that starts does not."""
    plant(read)
    assert bool(list(unsettled(read.snapshot()))) is (name in SETTLING)
