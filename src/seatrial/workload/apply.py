"""Applying an overlay: recorded first, then server-side, undone at once if it fails half way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError
from seatrial.cluster.writing import FIELD_MANAGER
from seatrial.undo import keep, record_for
from seatrial.workload import manifest, secrets
from seatrial.workload.namespace import make_namespace
from seatrial.workload.record import (
    OVERLAY,
    AppliedWorkload,
    Snapshot,
    WorkloadError,
    before_of,
    snapshots_of,
)
from seatrial.workload.roll_back import roll_back

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.progress import Progress
    from seatrial.workload.manifest import Manifest, Reference


def apply(
    cluster: Cluster,
    folder: Path,
    *,
    progress: Progress,
    namespace: str = "",
    fresh_namespace: bool = False,
    deadline_s: float = 60.0,
) -> AppliedWorkload:
    """Apply the kustomization in ``folder`` and return what ``roll_back`` needs.

    What was there before is in an undo record, kept in ``namespace`` ("": the one that all of it
    is in), before the first change. A field that someone else manages is a conflict and an error,
    never taken over; only a count of replicas that an autoscaler writes is left to it. A
    ``fresh_namespace`` was made for this apply, and counts as not there before.

    Raises WorkloadError, after undoing what was done; and for a Secret that exists otherwise.
    """
    attempt = f"apply {folder} to {cluster.context}"
    with progress.step(f"apply {folder.name}"):
        wanted = manifest.render(cluster, folder)
        home = namespace or _only_namespace(wanted, attempt)
        before = _before(cluster, wanted, fresh_namespace=fresh_namespace)
        wanted = secrets.without_unchanged(wanted, before, attempt)
        wanted = _leave_replicas_to_autoscalers(wanted, before)
        snapshots = [Snapshot(item.reference, before.get(item.reference)) for item in wanted]
        record = record_for(
            *(cluster, home),
            mechanism=OVERLAY,
            what=f"{folder.name} applied",
            before=before_of(snapshots),
        )
        applied = AppliedWorkload(record, wanted)
        _change(cluster, applied, attempt, progress, deadline_s)
    return applied


def _before(
    cluster: Cluster, wanted: Sequence[Manifest], *, fresh_namespace: bool
) -> dict[Reference, Manifest]:
    found = manifest.live(cluster, [item.reference for item in wanted])
    if not fresh_namespace:
        return found
    return {key: item for key, item in found.items() if key.kind != "Namespace"}


def _only_namespace(wanted: Sequence[Manifest], attempt: str) -> str:
    found = {item.reference.namespace for item in wanted} - {""}
    if len(found) != 1:
        raise WorkloadError(
            attempt,
            got=f"objects in {len(found)} namespaces: {', '.join(sorted(found))}",
            expected="one namespace that takes the undo record",
            mend="say which it is",
        )
    return found.pop()


def _change(
    cluster: Cluster,
    applied: AppliedWorkload,
    attempt: str,
    progress: Progress,
    deadline_s: float,
) -> None:
    """Make the change; on any failure put back what was changed, and say both."""
    flags = ["--server-side", f"--field-manager={FIELD_MANAGER}", "-f", "-"]
    try:
        _keep(cluster, applied)
        text = manifest.as_list(applied.applied)
        cluster.kubectl("apply", *flags, stdin=text, timeout_s=deadline_s)
    except BaseException as cause:
        try:
            roll_back(cluster, applied, progress=progress)
        except Exception as second:  # noqa: BLE001 -- the first error is the one to raise
            cause.add_note(f"and what had been changed could not be put back: {second}")
        if isinstance(cause, ClusterError):
            raise _refused(attempt, cause, applied) from None
        raise


def _keep(cluster: Cluster, applied: AppliedWorkload) -> None:
    """Keep the record; namespaces that are new are made with the mark that lets them be removed.

    One of them takes the record's ConfigMap.
    """
    record = applied.record
    new = [
        item.reference.name
        for item in snapshots_of(record)
        if item.reference.kind == "Namespace" and item.before is None
    ]

    def make() -> None:
        for name in new:
            make_namespace(cluster, name, record.id)

    keep(cluster, record, prepare=make if new else None)


def _refused(attempt: str, cause: ClusterError, applied: AppliedWorkload) -> WorkloadError:
    """Return the error to raise in the cause's place: kubectl may have quoted a Secret."""
    got = "; ".join([cause.got, *getattr(cause, "__notes__", [])])
    return WorkloadError(
        attempt,
        got=secrets.scrubbed(got, applied.applied),
        expected="every object applied, no field of it managed by someone else",
        mend="let its manager go of the fields named, or judge it with manage = false",
    )


def _leave_replicas_to_autoscalers(
    wanted: Sequence[Manifest], before: Mapping[Reference, Manifest]
) -> tuple[Manifest, ...]:
    """An autoscaler's count must survive a second apply: resetting it would drop capacity."""
    return tuple(
        manifest.without_replicas(item)
        if item.reference in before and manifest.autoscaled(before[item.reference])
        else item
        for item in wanted
    )
