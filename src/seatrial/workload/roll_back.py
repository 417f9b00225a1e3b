"""Putting the workload back as it was before an apply, and reading back that it is so.

May be repeated, and started from a record that a killed process left.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from seatrial.workload import manifest
from seatrial.workload.namespace import foreign_objects
from seatrial.workload.record import WorkloadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster import Cluster
    from seatrial.progress import Progress
    from seatrial.workload.manifest import Manifest, Reference
    from seatrial.workload.record import AppliedWorkload

FIELD_MANAGER = "seatrial-rollback"


def roll_back(
    cluster: Cluster, applied: AppliedWorkload, *, progress: Progress, deadline_s: float = 180.0
) -> None:
    """Delete what did not exist before, restore the rest, read it back, remove the record.

    Raises WorkloadError if the cluster is another one, or if something is not as it was after
    ``deadline_s`` for each deletion. The record stays then.
    """
    attempt = f"roll back {applied.record}"
    if cluster.context != applied.context:
        raise WorkloadError(attempt, got=cluster.context, expected=f"context {applied.context}")
    with progress.step("roll back the workload"):
        new = [item.reference for item in reversed(applied.snapshots) if item.before is None]
        _delete(cluster, [item for item in new if item.kind != "Namespace"], deadline_s)
        for namespace in (item for item in new if item.kind == "Namespace"):
            _delete_namespace(cluster, namespace, attempt, deadline_s)
        for snapshot in applied.snapshots:
            if snapshot.before is not None:
                _restore(cluster, snapshot.before)
        _verify(cluster, applied, attempt)
        applied.record.unlink(missing_ok=True)


def _delete(cluster: Cluster, references: Sequence[Reference], deadline_s: float) -> None:
    """Delete and wait: a StatefulSet's pods must be gone before their namespace is looked at."""
    if not references:
        return
    flags = ["--ignore-not-found", "--cascade=foreground", "--wait", f"--timeout={deadline_s:g}s"]
    text = manifest.head_list(references)
    cluster.kubectl("delete", *flags, "-f", "-", stdin=text, timeout_s=deadline_s + 10)


def _delete_namespace(
    cluster: Cluster, namespace: Reference, attempt: str, deadline_s: float
) -> None:
    """Delete a namespace that the apply made, unless somebody put something into it since."""
    if not manifest.live(cluster, [namespace]):
        return
    foreign = foreign_objects(cluster, namespace.name)
    if foreign:
        raise WorkloadError(
            attempt,
            got=f"namespace {namespace.name} holds what was not applied: {', '.join(foreign)}",
            expected="only what was applied, so that the namespace can go as it came",
            mend="remove these objects, or keep the namespace; then roll back again",
        )
    _delete(cluster, [namespace], deadline_s)


def _restore(cluster: Cluster, before: Manifest) -> None:
    """Put one object back if it differs, with the field managers it had."""
    now = manifest.live(cluster, [before.reference]).get(before.reference)
    if now is not None and manifest.comparable(now) == manifest.comparable(before):
        return
    text = manifest.as_list([manifest.restorable(before, now)])
    verb = "create" if now is None else "replace"
    flags = [f"--field-manager={FIELD_MANAGER}", "-f", "-"]
    cluster.kubectl(verb, *flags, stdin=text, timeout_s=60.0)
    reference = before.reference
    group = reference.api_version.partition("/")[0] if "/" in reference.api_version else ""
    kind = f"{reference.kind}.{group}" if group else reference.kind
    where = [f"--namespace={reference.namespace}"] if reference.namespace else []
    patch = ["--type=json", f"--patch={manifest.ownership_patch(before)}"]
    cluster.kubectl("patch", kind, reference.name, *where, *patch, timeout_s=60.0)


def _verify(cluster: Cluster, applied: AppliedWorkload, attempt: str) -> None:
    now = manifest.live(cluster, [item.reference for item in applied.snapshots])
    wrong = []
    for snapshot in applied.snapshots:
        found = now.get(snapshot.reference)
        if snapshot.before is None:
            wrong += [f"{snapshot.reference} is still there"] if found else []
        elif found is None:
            wrong.append(f"{snapshot.reference} is gone")
        else:
            wrong += _differences(snapshot.before, found)
    if wrong:
        raise WorkloadError(
            attempt,
            got="\n".join(wrong),
            expected="each object as it was before the apply",
            mend=f"what it was is in {applied.record}; see who changes it, and roll back again",
        )


def _differences(before: Manifest, now: Manifest) -> list[str]:
    old, new = manifest.comparable(before), manifest.comparable(now)
    if old == new:
        return []
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "before", "now", n=1)
    return [f"{before.reference} differs:", *(line.rstrip() for line in lines)]
