"""The record of what an apply changed, on disk before anything is changed.

Whoever finds it can put the workload back, whatever died in between. Reading and writing only.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError
from seatrial.workload.manifest import Manifest, Reference

if TYPE_CHECKING:
    from pathlib import Path


class WorkloadError(SeatrialError):
    """The workload could not be applied, does not serve, or could not be put back."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One object before the change; ``before`` None: it did not exist."""

    reference: Reference
    before: Manifest | None


@dataclass(frozen=True, slots=True)
class AppliedWorkload:
    """What was applied where, and all that is needed to put it back.

    ``snapshots`` and ``applied`` are in the order of applying; ``context`` guards against putting
    it back into another cluster.
    """

    context: str
    record: Path
    snapshots: tuple[Snapshot, ...]
    applied: tuple[Manifest, ...]


def write_record(workload: AppliedWorkload) -> None:
    """Write the record so that it survives a power cut; it is whole or it is not there."""
    document = {
        "context": workload.context,
        "snapshots": [
            {"reference": _plain(item.reference), "before": item.before and item.before.text}
            for item in workload.snapshots
        ],
        "applied": [
            {"reference": _plain(item.reference), "text": item.text} for item in workload.applied
        ],
    }
    path = workload.record
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as stream:
        json.dump(document, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_record(path: Path) -> AppliedWorkload:
    """Return what ``write_record`` wrote. Raises WorkloadError if it can't be read."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return AppliedWorkload(
            context=raw["context"],
            record=path,
            snapshots=tuple(
                _snapshot(Reference(*item["reference"]), item["before"])
                for item in raw["snapshots"]
            ),
            applied=tuple(
                Manifest(Reference(*item["reference"]), item["text"]) for item in raw["applied"]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise WorkloadError(
            f"read the record of an applied workload, {path}",
            got=f"{type(cause).__name__}: {cause}",
            expected="a file that seatrial wrote before it changed the cluster",
        ) from cause


def _snapshot(reference: Reference, text: str | None) -> Snapshot:
    return Snapshot(reference, None if text is None else Manifest(reference, text))


def _plain(reference: Reference) -> list[str]:
    return [reference.api_version, reference.kind, reference.namespace, reference.name]
