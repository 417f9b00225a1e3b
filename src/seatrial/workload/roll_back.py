"""Putting the workload back as it was before an apply, and reading back that it is so.

May be repeated, and started from an undo record that a killed process left.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from seatrial.cluster.writing import identity, listed
from seatrial.undo import Undone, files, forget, maps
from seatrial.workload import manifest
from seatrial.workload.namespace import foreign_objects, was_made
from seatrial.workload.record import WorkloadError, snapshots_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster import Cluster
    from seatrial.progress import Progress
    from seatrial.undo import Record
    from seatrial.workload.manifest import Manifest, Reference
    from seatrial.workload.record import AppliedWorkload, Snapshot

FIELD_MANAGER = "seatrial-rollback"
DEADLINE_S = 180.0


def roll_back(
    cluster: Cluster,
    applied: AppliedWorkload,
    *,
    progress: Progress,
    deadline_s: float = DEADLINE_S,
) -> None:
    """Delete what did not exist before, restore the rest, read it back, forget the record.

    Raises WorkloadError if the cluster is another one, or if something is not as it was after
    ``deadline_s`` for each deletion. The record stays then.
    """
    with progress.step("roll back the workload"):
        _put_back(cluster, applied.record, deadline_s)
        forget(cluster, applied.record)


def undo_overlay(cluster: Cluster, record: Record) -> Undone:
    """Do the same from a record alone, as a `Mechanism`; forgetting it is its caller's."""
    objects = snapshots_of(record)
    _put_back(cluster, record, DEADLINE_S)
    new = sum(item.before is None for item in objects)
    return Undone(f"{record.what}: {new} objects removed, {len(objects) - new} as before")


def _put_back(cluster: Cluster, record: Record, deadline_s: float) -> None:
    """Objects first, namespaces last: with its namespace goes the record's ConfigMap."""
    attempt = f"undo {record.what} ({record.id})"
    snapshots = snapshots_of(record)
    _check_place(cluster, record, snapshots, attempt)
    new = [item.reference for item in reversed(snapshots) if item.before is None]
    namespaces = [item for item in new if item.kind == "Namespace"]
    snapshots = tuple(item for item in snapshots if item.reference not in namespaces)
    _delete(cluster, [item for item in new if item not in namespaces], deadline_s)
    aimed = _aimed_at(cluster, snapshots)
    for snapshot in snapshots:
        if snapshot.before is not None:
            _restore(cluster, snapshot.before, aimed)
    _verify(cluster, snapshots, aimed, attempt)
    for namespace in namespaces:
        _delete_namespace(cluster, namespace, record, attempt, deadline_s)


def _check_place(
    cluster: Cluster, record: Record, snapshots: Sequence[Snapshot], attempt: str
) -> None:
    """Refuse another cluster; and from the cluster alone, what lies outside the namespace.

    Whoever may write ConfigMaps there must not get anything changed elsewhere by who undoes it.
    """
    uid = identity(cluster)
    if uid != record.cluster:
        raise WorkloadError(attempt, got=f"cluster {uid}", expected=f"cluster {record.cluster}")
    beyond = [
        str(item.reference)
        for item in snapshots
        if item.reference.namespace != record.namespace
        and (item.reference.kind, item.reference.name) != ("Namespace", record.namespace)
    ]
    if beyond and not files.has(record):
        raise WorkloadError(
            attempt,
            got=f"a record found in the cluster alone that speaks of {', '.join(beyond)}",
            expected=f"objects in {record.namespace}; for others it takes the record's file",
            mend=f"run seatrial undo on the machine that kept it ({record.holder})",
        )


def _delete(cluster: Cluster, references: Sequence[Reference], deadline_s: float) -> None:
    """Delete and wait: a StatefulSet's pods must be gone before their namespace is looked at."""
    if not references:
        return
    flags = ["--ignore-not-found", "--cascade=foreground", "--wait", f"--timeout={deadline_s:g}s"]
    text = manifest.head_list(references)
    cluster.kubectl("delete", *flags, "-f", "-", stdin=text, timeout_s=deadline_s + 10)


def _delete_namespace(
    cluster: Cluster, namespace: Reference, record: Record, attempt: str, deadline_s: float
) -> None:
    """Delete a namespace that was made for the apply, and wait until it is gone.

    Unless it holds anything else by now. Other undo records count, too: what they speak of is to
    be undone first.
    """
    if not was_made(cluster, namespace.name):
        # Gone already, or made by somebody else since it was seen not to be there.
        return
    own = f"configmap/{maps.name(record)}"
    foreign = [name for name in foreign_objects(cluster, namespace.name) if name != own]
    if foreign:
        raise WorkloadError(
            attempt,
            got=f"namespace {namespace.name} holds what was not applied: {', '.join(foreign)}",
            expected="only what was applied, so that the namespace can go as it came",
            mend="remove these objects, or keep the namespace; then roll back again",
        )
    _delete(cluster, [namespace], deadline_s)


def _aimed_at(cluster: Cluster, snapshots: Sequence[Snapshot]) -> frozenset[Reference]:
    """Return what autoscalers aim at; one that came with the apply is gone by now."""
    there = [item.before for item in snapshots if item.before is not None]
    namespaces = {item.reference.namespace for item in there if manifest.counted(item)}
    return frozenset(
        manifest.aimed_at(raw)
        for namespace in namespaces
        for raw in listed(cluster, "HorizontalPodAutoscaler", namespace)
    )


def _scaled(before: Manifest, now: Manifest | None, aimed: frozenset[Reference]) -> bool:
    """Tell whether the count is an autoscaler's: it wrote it before, or has taken it over since."""
    return manifest.autoscaled(before) or _taken_over(before, now, aimed)


def _taken_over(before: Manifest, now: Manifest | None, aimed: frozenset[Reference]) -> bool:
    """A count that the apply declared is put back, though an autoscaler is there."""
    return (
        now is not None
        and before.reference in aimed
        and manifest.undeclared(now)
        and not manifest.autoscaled(before)
    )


def _restore(cluster: Cluster, before: Manifest, aimed: frozenset[Reference]) -> None:
    """Put one object back if it differs, with the field managers it had."""
    now = manifest.live(cluster, [before.reference]).get(before.reference)
    scaled = _scaled(before, now, aimed)
    if now is not None and not _differences(before, now, scaled=scaled):
        return
    text = manifest.as_list([manifest.restorable(before, now, scaled=scaled)])
    verb = "create" if now is None else "replace"
    flags = [f"--field-manager={FIELD_MANAGER}", "-f", "-"]
    cluster.kubectl(verb, *flags, stdin=text, timeout_s=60.0)
    reference = before.reference
    group = reference.api_version.partition("/")[0] if "/" in reference.api_version else ""
    kind = f"{reference.kind}.{group}" if group else reference.kind
    where = [f"--namespace={reference.namespace}"] if reference.namespace else []
    owners = manifest.ownership_patch(before, now if _taken_over(before, now, aimed) else None)
    patch = ["--type=json", f"--patch={owners}"]
    cluster.kubectl("patch", kind, reference.name, *where, *patch, timeout_s=60.0)


def _verify(
    cluster: Cluster, snapshots: Sequence[Snapshot], aimed: frozenset[Reference], attempt: str
) -> None:
    now = manifest.live(cluster, [item.reference for item in snapshots])
    wrong = []
    for snapshot in snapshots:
        found = now.get(snapshot.reference)
        if snapshot.before is None:
            wrong += [f"{snapshot.reference} is still there"] if found else []
        elif found is None:
            wrong.append(f"{snapshot.reference} is gone")
        else:
            scaled = _scaled(snapshot.before, found, aimed)
            wrong += _differences(snapshot.before, found, scaled=scaled)
    if wrong:
        raise WorkloadError(
            attempt,
            got="\n".join(wrong),
            expected="each object as it was before the apply",
            mend="see who changes it, then: seatrial undo",
        )


def _differences(before: Manifest, now: Manifest, *, scaled: bool) -> list[str]:
    old, new = (manifest.comparable(item, scaled=scaled) for item in (before, now))
    if old == new:
        return []
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "before", "now", n=1)
    return [f"{before.reference} differs:", *(line.rstrip() for line in lines)]
