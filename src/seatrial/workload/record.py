"""What an apply changed, as a value and as its undo record. Nothing here asks a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seatrial.errors import SeatrialError
from seatrial.workload.manifest import Manifest, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.undo import Record

#: The mechanism's name in the records of overlays, sabotages among them.
OVERLAY = "overlay"


class WorkloadError(SeatrialError):
    """The workload could not be applied, does not serve, or could not be put back."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One object before the change; ``before`` None: it did not exist."""

    reference: Reference
    before: Manifest | None


@dataclass(frozen=True, slots=True)
class AppliedWorkload:
    """What was applied, and the undo record that puts it back.

    ``applied`` is in the order of applying. An existing Secret that already was as declared is
    not in it.
    """

    record: Record
    applied: tuple[Manifest, ...]


def before_of(snapshots: Iterable[Snapshot]) -> dict[str, Any]:
    """Return snapshots as an undo record keeps them, in the order of applying."""
    return {
        "objects": [
            {
                "reference": [
                    item.reference.api_version,
                    item.reference.kind,
                    item.reference.namespace,
                    item.reference.name,
                ],
                "before": item.before and item.before.text,
            }
            for item in snapshots
        ]
    }


def snapshots_of(record: Record) -> tuple[Snapshot, ...]:
    """Return what ``before_of`` made of them. Raises WorkloadError for anything else."""
    try:
        return tuple(
            _snapshot(Reference(*item["reference"]), item["before"])
            for item in record.before["objects"]
        )
    except (KeyError, TypeError) as cause:
        raise WorkloadError(
            f"read the undo record {record.id} of an overlay",
            got=f"{type(cause).__name__}: {cause}",
            expected="a record that seatrial kept before it applied the overlay",
        ) from cause


def _snapshot(reference: Reference, text: str | None) -> Snapshot:
    return Snapshot(reference, None if text is None else Manifest(reference, text))
