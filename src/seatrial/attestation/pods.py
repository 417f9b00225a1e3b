"""What is attested of pods: of each owner how many are alike, in all that a replaced pod keeps.

A pod that was replaced has another name, UID, address, node, start and restart count; the same pod
in all else. None of these is taken.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from seatrial.attestation.fields import fields
from seatrial.attestation.objects import filled, without
from seatrial.cluster.quantity import same
from seatrial.timeline import Pods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = dict[str, Any]

#: Which of its owner's pods it is.
_IDENTITY_LABELS = ("statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index")
_PASSING_ANNOTATIONS = (
    # Makes the kubelet read a ConfigMap anew, with another value each time; a successor has none.
    "seatrial.dev/touched",
    # The pod's own address, as the network plug-in notes it.
    "cni.projectcalico.org/",
    "k8s.v1.cni.cncf.io/",
    "k8s.ovn.org/",
    "vpc.amazonaws.com/",
)
#: The pod's place: the scheduler's choice, and the name that a StatefulSet gives it.
_PLACE = ("nodeName", "hostname")
#: The API server gives each pod a token's volume under a random name.
_TOKEN = "kube-api-access-"  # noqa: S105 -- a volume's name
_RESIZING = ("PodResizePending", "PodResizeInProgress")
#: What a pod on its way out is attested by: that it is still there.
TERMINATING = {"terminating": "true"}


def groups(pods: Iterable[Json], salt: str) -> tuple[Pods, ...]:
    """Return the pods by owner and by what they are, sorted."""
    seen = Counter((owner(raw), json.dumps(_facts(raw, salt))) for raw in pods)
    return tuple(Pods(who, count, json.loads(text)) for (who, text), count in sorted(seen.items()))


def owner(raw: Json) -> str:
    """Return which object a pod's controller is; that of a Deployment's ReplicaSet's the former."""
    meta = raw["metadata"]
    for reference in meta.get("ownerReferences") or ():
        if reference.get("controller"):
            return _controller(reference, (meta.get("labels") or {}).get("pod-template-hash"))
    return f"nobody ({meta['name']})"


def _controller(reference: Json, template: str | None) -> str:
    kind, name = reference["kind"], reference["name"]
    if kind == "ReplicaSet" and template and name.endswith(f"-{template}"):
        return f"Deployment {name.removesuffix(f'-{template}')}"
    return f"{kind} {name}"


def _facts(raw: Json, salt: str) -> dict[str, str]:
    meta, status = raw["metadata"], raw.get("status") or {}
    if "deletionTimestamp" in meta:
        return TERMINATING
    conditions = {item["type"]: item for item in status.get("conditions") or ()}
    content = {
        "labels": without(meta.get("labels"), _IDENTITY_LABELS),
        "annotations": without(meta.get("annotations"), _PASSING_ANNOTATIONS),
        "spec": _spec(raw),
        "phase": status.get("phase"),
        "ready": conditions.get("Ready", {}).get("status", "Unknown"),
        "resize": _resize(raw, conditions),
        "effective": dict(_effective(raw)),
    }
    return fields(filled(content), salt)


def _effective(raw: Json) -> Iterator[tuple[str, Json]]:
    """Yield the resources that the node really gives each container: undone means in effect."""
    spec, status = raw["spec"], raw.get("status") or {}
    every = (*(spec.get("initContainers") or ()), *(spec.get("containers") or ()))
    asked = {container["name"]: container.get("resources") or {} for container in every}
    for kind in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(kind) or ():
            if container.get("resources"):
                name = container["name"]
                yield name, _as_asked(container["resources"], asked.get(name, {}))


def _as_asked(given: Json, asked: Json) -> Json:
    """Return resources in the words they were asked for, where it is as much: 1Gi and 1024Mi."""
    return {
        kind: {
            name: asked[kind][name]
            if name in asked.get(kind, {}) and same(asked[kind][name], amount)
            else amount
            for name, amount in amounts.items()
        }
        for kind, amounts in given.items()
        if isinstance(amounts, dict)
    }


def _resize(raw: Json, conditions: Json) -> str | None:
    """Return why the resources asked for are not in effect yet; None when they are."""
    for name in _RESIZING:
        if name in conditions:
            return f"{name} {conditions[name].get('reason', '')}".strip()
    observed = raw.get("status", {}).get("observedGeneration")
    return "not observed yet" if observed and observed < raw["metadata"]["generation"] else None


def _spec(raw: Json) -> Json:
    """Return the spec without the pod's place and its random names."""
    name: str = raw["metadata"]["name"]
    spec: Json = copy.deepcopy(raw["spec"])
    for field in _PLACE:
        spec.pop(field, None)
    volumes = [item for item in spec.get("volumes") or () if not _is_token(item["name"])]
    for volume in volumes:
        claim = volume.get("persistentVolumeClaim")
        if claim:
            # A StatefulSet's pod has a claim of its own.
            claim["claimName"] = claim["claimName"].removesuffix(name)
    spec["volumes"] = volumes
    for part in ("initContainers", "containers"):
        for container in spec.get(part) or ():
            mounts = container.get("volumeMounts") or ()
            container["volumeMounts"] = [item for item in mounts if not _is_token(item["name"])]
    return spec


def _is_token(volume: str) -> bool:
    return volume.startswith(_TOKEN)
