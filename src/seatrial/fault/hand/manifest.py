"""Says what pod a hand is: where it runs, what it may do there, when it ends at latest. Pure."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.fault.containers import Instance

Json = dict[str, Any]

#: The labels of every pod that seatrial makes: whose it is, and the undo record that covers it.
OWNED, UNDO_ID = "seatrial.dev/owned", "seatrial.dev/undo-id"
CONTAINER = "hand"
#: s that a hand has, once asked to end, to take back what it did.
GRACE_S = 10
#: s beyond what it is to hold, for its start and its end.
SLACK_S = 60


class Reach(enum.Enum):
    """What a hand may touch beyond its own container; each is the least that does it."""

    NONE = "nothing"
    PROCESSES = "signal the processes of its node"
    NETWORK = "filter packets in its node's network namespace"


def pod(
    name: str,
    undo_id: str,
    beside: Instance,
    *,
    program: str,
    arguments: Sequence[str],
    reach: Reach,
    seconds: float,
    resources: Json | None = None,
) -> Json:
    """Return the manifest of a hand on the node of ``beside``, for at most ``seconds`` and slack.

    Its image is the replica's own, which the node has; it must have python3 in its PATH. It can't
    be another: an undo record, which anybody may have written, would name what gets these rights.
    """
    spec: Json = {
        "nodeName": beside.node,
        "restartPolicy": "Never",
        "activeDeadlineSeconds": int(seconds) + SLACK_S,
        "terminationGracePeriodSeconds": GRACE_S,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        # Whatever the node is tainted with, the fault is meant for it.
        "tolerations": [{"operator": "Exists"}],
        # An image that is there may be used only with the secrets that it was pulled with.
        "imagePullSecrets": [{"name": secret} for secret in beside.pull_secrets],
        "containers": [_container(program, arguments, reach, beside.image, resources)],
        **_SPECS[reach],
    }
    labels = {OWNED: "true", UNDO_ID: undo_id}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
    }


def _container(
    program: str, arguments: Sequence[str], reach: Reach, image: str, resources: Json | None
) -> Json:
    return {
        "name": CONTAINER,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["python3", "-c", program, *arguments],
        "resources": resources or _RESOURCES,
        "securityContext": _CONTEXTS[reach],
        "volumeMounts": _MOUNTS[reach],
    }


#: Next to nothing is requested, so that a full node takes it; the limit lets it start quickly.
_RESOURCES: Json = {
    "requests": {"cpu": "1m", "memory": "16Mi"},
    "limits": {"cpu": "1", "memory": "64Mi"},
}
_HOST = {"name": "host", "mountPath": "/host", "readOnly": True}
_SPECS: dict[Reach, Json] = {
    Reach.NONE: {},
    Reach.PROCESSES: {"hostPID": True},
    Reach.NETWORK: {
        "hostNetwork": True,
        "volumes": [{"name": "host", "hostPath": {"path": "/", "type": "Directory"}}],
    },
}
_MOUNTS: dict[Reach, list[Json]] = {Reach.NONE: [], Reach.PROCESSES: [], Reach.NETWORK: [_HOST]}


def _context(*capabilities: str) -> Json:
    """Return the security context of a root without any capability but these."""
    return {
        "runAsUser": 0,
        "runAsGroup": 0,
        "runAsNonRoot": False,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"], "add": list(capabilities)},
        "seccompProfile": {"type": "RuntimeDefault"},
    }


_CONTEXTS: dict[Reach, Json] = {
    Reach.NONE: {
        **_context(),
        "runAsUser": 65534,
        "runAsGroup": 65534,
        "runAsNonRoot": True,
    },
    # A container's processes have another user: KILL lets root signal them.
    Reach.PROCESSES: _context("KILL"),
    # The node's own nft is run, in a chroot: nothing has to be in the image.
    Reach.NETWORK: _context("NET_ADMIN", "SYS_CHROOT"),
}
