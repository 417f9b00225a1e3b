"""Every leaf of every object that was read: changed, it is named; or it is one that may change.

Each leaf of objects.json is a test, with no list of what is attested but that of what is not.
"""

from __future__ import annotations

import copy
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.attestation import differences
from tests.attestation.saved import Saved, saved

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What may differ by itself, by kind and path; everything else may not.
FREE = (
    # The cluster writes these all the time, or gives them to each object anew.
    "* metadata.creationTimestamp",
    "* metadata.generateName",
    "[!P]* metadata.generation",
    "PodDisruptionBudget metadata.generation",
    "* metadata.managedFields.*",
    "* metadata.resourceVersion",
    "* metadata.uid",
    "* status.observedGeneration",
    "* metadata.ownerReferences.*.uid",
    # The same for every object of its kind.
    "* apiVersion",
    "* metadata.ownerReferences.*.apiVersion",
    "* metadata.ownerReferences.*.blockOwnerDeletion",
    # Counts the templates that a Deployment has had.
    "Deployment metadata.annotations.deployment.kubernetes.io/revision",
    # A replaced pod has these anew.
    "Pod metadata.name",
    "Pod metadata.namespace",
    "Pod metadata.labels.statefulset.kubernetes.io/pod-name",
    "Pod metadata.labels.apps.kubernetes.io/pod-index",
    "Pod spec.nodeName",
    "Pod spec.hostname",
    "Pod spec.volumes.kube-api-access.*",
    "Pod spec.containers.*.volumeMounts.kube-api-access.*",
    "Pod status.conditions.*.lastProbeTime",
    "Pod status.conditions.*.lastTransitionTime",
    "Pod status.conditions.*.observedGeneration",
    # Ready is what the others come to.
    "Pod status.conditions.other.*",
    "Pod status.containerStatuses.*.allocatedResources.*",
    "Pod status.containerStatuses.*.containerID",
    "Pod status.containerStatuses.*.image",
    "Pod status.containerStatuses.*.imageID",
    "Pod status.containerStatuses.*.lastState",
    "Pod status.containerStatuses.*.ready",
    "Pod status.containerStatuses.*.restartCount",
    "Pod status.containerStatuses.*.started",
    "Pod status.containerStatuses.*.state.*",
    "Pod status.containerStatuses.*.user.*",
    "Pod status.containerStatuses.*.volumeMounts.*",
    # The provider's own of a node, and the cluster owner's own of its metrics-server.
    "Node metadata.annotations.*",
    "Node spec",
    "Node spec.podCIDR*",
    "Node status.conditions.other.*",
    "Node status.conditions.*.last*",
    "Node status.conditions.*.message",
    "Node status.conditions.*.reason",
    "metrics-server metadata.annotations.*",
    "metrics-server metadata.labels.*",
    "metrics-server spec.[!r]*",
    "metrics-server spec.revisionHistoryLimit",
    "Pod status.conditions.*.reason",
    "Pod status.conditions.*.message",
)
#: Leaves of these say which object it is, or which of its conditions: another is another object.
IDENTITY = ("kind", "metadata.name", "metadata.namespace", "type")


def leaves(raw: Any, *keys: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- JSON's own shape
    """Yield the keys of each leaf."""
    if isinstance(raw, (dict, list)) and raw:
        pairs = raw.items() if isinstance(raw, dict) else enumerate(raw)
        for key, item in pairs:
            yield from leaves(item, *keys, key)
    else:
        yield keys


def at(raw: Any, keys: tuple[Any, ...]) -> Any:  # noqa: ANN401 -- JSON's own shape
    """Return what stands under these keys."""
    for key in keys:
        raw = raw[key]
    return raw


def words(raw: Any, keys: tuple[Any, ...]) -> str:  # noqa: ANN401 -- JSON's own shape
    """Return a leaf's path with the words that FREE speaks of."""
    metrics = raw["metadata"]["name"] == "metrics-server"
    found = ["metrics-server" if metrics else raw["kind"]]
    path = []
    for depth, key in enumerate(keys):
        name = str(key)
        item = at(raw, keys[: depth + 1])
        if keys[depth - 1] == "conditions":
            name = "Ready" if item["type"] == "Ready" else "other"
        listed = keys[depth - 1] in ("volumes", "volumeMounts")
        if listed and item["name"].startswith("kube-api-access"):
            name = "kube-api-access"
        path.append(name)
    return f"{found[0]} {'.'.join(path)}"


def changed(leaf: Any) -> Any:  # noqa: ANN401 -- JSON's own shape
    """Return another leaf than this one."""
    if isinstance(leaf, bool):
        return not leaf
    if isinstance(leaf, int):
        return leaf + 1
    if isinstance(leaf, dict):
        return {"planted": "1"}
    if isinstance(leaf, list):
        return ["planted"]
    # An amount stays one: 10m becomes 110m.
    return f"1{leaf}" if str(leaf)[:1].isdigit() else f"{leaf}1"


def _every() -> Iterator[Any]:
    seen = set[str]()
    for number, raw in enumerate(saved().objects):
        for keys in leaves(raw):
            name = f"{words(raw, keys)}"
            if name in seen or keys[-1] == "type" or ".".join(map(str, keys)) in IDENTITY[:3]:
                continue
            seen.add(name)
            yield pytest.param(number, keys, id=name.replace(" ", ":"))


def _free(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in FREE)


@pytest.mark.parametrize(("number", "keys"), list(_every()))
def test_a_changed_leaf_is_named_unless_it_may_change(
    read: Saved, number: int, keys: tuple[Any, ...]
) -> None:
    """A leaf of a real object that is another afterwards is a difference, if it is attested."""
    before, raw = read.snapshot(), read.objects[number]
    name = words(raw, keys)
    at(raw, keys[:-1])[keys[-1]] = changed(copy.deepcopy(at(raw, keys)))
    found = differences(before, read.snapshot())
    assert bool(found) is not _free(name), name
