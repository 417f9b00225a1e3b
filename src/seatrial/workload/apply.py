"""Applying an overlay: recorded first, then server-side, undone at once if it fails half way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError
from seatrial.workload import manifest
from seatrial.workload.record import AppliedWorkload, Snapshot, WorkloadError, write_record
from seatrial.workload.roll_back import roll_back

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.progress import Progress
    from seatrial.workload.manifest import Manifest, Reference

FIELD_MANAGER = "seatrial"
#: The file an apply leaves in its directory until it has been rolled back.
RECORD = "applied.json"


def apply(
    cluster: Cluster,
    folder: Path,
    *,
    directory: Path,
    progress: Progress,
    record: str = RECORD,
    fresh_namespace: bool = False,
    deadline_s: float = 60.0,
) -> AppliedWorkload:
    """Apply the kustomization in ``folder`` and return what ``roll_back`` needs.

    What was there before is in ``directory / record`` before the first change. A field that
    someone else manages is a conflict and an error, never taken over; only a count of replicas
    that an autoscaler writes is left to it. A ``fresh_namespace`` was made for this apply, and
    counts as not there before. Raises WorkloadError, after undoing what was done.
    """
    attempt = f"apply {folder} to {cluster.context}"
    if (directory / record).exists():
        raise WorkloadError(
            attempt,
            got=f"{directory / record} of an apply that was not rolled back",
            mend="roll that one back first, or use another directory",
        )
    with progress.step(f"apply {folder.name}"):
        wanted = manifest.render(cluster, folder)
        before = _before(cluster, wanted, fresh_namespace=fresh_namespace)
        wanted = _leave_replicas_to_autoscalers(wanted, before)
        applied = AppliedWorkload(
            context=cluster.context,
            record=directory / record,
            snapshots=tuple(
                Snapshot(item.reference, before.get(item.reference)) for item in wanted
            ),
            applied=wanted,
        )
        write_record(applied)
        _change(cluster, applied, attempt, progress, deadline_s)
    return applied


def _before(
    cluster: Cluster, wanted: Sequence[Manifest], *, fresh_namespace: bool
) -> dict[Reference, Manifest]:
    found = manifest.live(cluster, [item.reference for item in wanted])
    if not fresh_namespace:
        return found
    return {key: item for key, item in found.items() if key.kind != "Namespace"}


def _change(
    cluster: Cluster,
    applied: AppliedWorkload,
    attempt: str,
    progress: Progress,
    deadline_s: float,
) -> None:
    """Make the change; on any failure put back what was changed, and say both."""
    flags = ["--server-side", f"--field-manager={FIELD_MANAGER}", "-f", "-"]
    text = manifest.as_list(applied.applied)
    try:
        cluster.kubectl("apply", *flags, stdin=text, timeout_s=deadline_s)
    except BaseException as cause:
        try:
            roll_back(cluster, applied, progress=progress)
        except Exception as second:  # noqa: BLE001 -- the first error is the one to raise
            cause.add_note(f"and what had been changed could not be put back: {second}")
        if isinstance(cause, ClusterError):
            raise WorkloadError(
                attempt,
                got="; ".join([cause.got, *getattr(cause, "__notes__", [])]),
                expected="every object applied, no field of it managed by someone else",
                mend="let its manager go of the fields named, or judge it with manage = false",
            ) from cause
        raise


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
