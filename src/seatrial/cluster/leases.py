"""Reads and writes Lease objects; each write is guarded: it hits the version that was read.

Who may take one, and when it has run out, is `lease`'s business. Calls end within ``CALL_S``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seatrial.cluster import paths

if TYPE_CHECKING:
    from seatrial.cluster.client import Json
    from seatrial.cluster.facade import Cluster

#: A renewal that waits longer than this is tried again: a lease runs out in seconds.
CALL_S = 3.0
FIELD_MANAGER = "seatrial-lease"
_LABELS = {"app.kubernetes.io/managed-by": "seatrial"}


@dataclass(frozen=True, slots=True)
class LeaseState:
    """A Lease at one version.

    ``holder`` "" is nobody's. ``duration_s`` is how long it lasts without a change; ``acquired``
    (RFC 3339 UTC) is since when its holder has it, by that one's clock: for people alone.
    """

    namespace: str
    name: str
    uid: str
    version: str
    holder: str
    duration_s: int
    acquired: str
    transitions: int


def read_lease(cluster: Cluster, namespace: str, name: str) -> LeaseState:
    """Return the lease as it is now. Raises NotFoundError, ClusterError."""
    path = paths.objects("Lease", namespace, name)
    attempt = f"read Lease {name} in {namespace}"
    return _state(cluster.api.get(attempt, path, timeout_s=CALL_S))


def create_lease(
    cluster: Cluster, namespace: str, name: str, *, holder: str, duration_s: int
) -> LeaseState:
    """Make a lease that is ``holder``'s, and return it.

    Raises ConflictError if there is one already, NotFoundError if the namespace does not exist,
    ForbiddenError if that is being deleted.
    """
    manifest = _manifest(
        {"namespace": namespace, "name": name},
        _spec(holder, duration_s, acquired=_now(), transitions=0),
    )
    path = paths.objects("Lease", namespace)
    return _write(cluster, "POST", path, manifest, f"create Lease {name} in {namespace}")


def renew_lease(cluster: Cluster, held: LeaseState) -> LeaseState:
    """Sign its holder's life. Raises ConflictError when it is not at that version any more."""
    spec = _spec(held.holder, held.duration_s, held.acquired, held.transitions)
    return _replace(cluster, held, spec, "renew")


def take_lease(cluster: Cluster, found: LeaseState, *, holder: str, duration_s: int) -> LeaseState:
    """Make ``holder`` the next to have it. Raises ConflictError when it has changed since."""
    spec = _spec(holder, duration_s, _now(), found.transitions + 1)
    return _replace(cluster, found, spec, "take over")


def delete_lease(cluster: Cluster, held: LeaseState) -> None:
    """Delete this very version of it. Raises ConflictError, NotFoundError, ClusterError."""
    options = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {"uid": held.uid, "resourceVersion": held.version},
    }
    attempt = f"delete Lease {held.name} in {held.namespace}"
    path = paths.objects("Lease", held.namespace, held.name)
    cluster.api.delete(attempt, path, options, timeout_s=CALL_S)


def _replace(cluster: Cluster, found: LeaseState, spec: Json, verb: str) -> LeaseState:
    meta = {
        "namespace": found.namespace,
        "name": found.name,
        "uid": found.uid,
        "resourceVersion": found.version,
    }
    path = paths.objects("Lease", found.namespace, found.name)
    attempt = f"{verb} Lease {found.name} in {found.namespace}"
    return _write(cluster, "PUT", path, _manifest(meta, spec), attempt)


def _write(cluster: Cluster, method: str, path: str, manifest: Json, attempt: str) -> LeaseState:
    query = {"fieldManager": FIELD_MANAGER}
    return _state(cluster.api.write(attempt, method, path, manifest, query=query, timeout_s=CALL_S))


def _manifest(meta: Json, spec: Json) -> Json:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {**meta, "labels": _LABELS},
        "spec": spec,
    }


def _spec(holder: str, duration_s: int, acquired: str, transitions: int) -> Json:
    return {
        "holderIdentity": holder,
        "leaseDurationSeconds": duration_s,
        "acquireTime": acquired,
        "renewTime": _now(),
        "leaseTransitions": transitions,
    }


def _now() -> str:
    """Return the wall clock as the API's MicroTime."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _state(raw: Json) -> LeaseState:
    meta, spec = raw["metadata"], raw.get("spec", {})
    return LeaseState(
        namespace=meta["namespace"],
        name=meta["name"],
        uid=meta["uid"],
        version=meta["resourceVersion"],
        holder=spec.get("holderIdentity") or "",
        duration_s=int(spec.get("leaseDurationSeconds") or 0),
        acquired=str(spec.get("acquireTime") or ""),
        transitions=int(spec.get("leaseTransitions") or 0),
    )
