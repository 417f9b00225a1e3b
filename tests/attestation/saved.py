"""The objects of target.yaml as a live cluster's API had them, in objects.json, kept small.

tests/live/test_attestation.py says when a cluster has other fields, and writes the file anew.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seatrial.attestation.snapshot import Found, snapshot_of
from seatrial.config import Target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.timeline import Snapshot

Json = dict[str, Any]
FILE = Path(__file__).with_name("objects.json")
MANIFEST = Path(__file__).with_name("target.yaml")
NAMESPACE = "attested"
NODE = "one"
SALT = "salt"
TARGET = Target(
    namespace=NAMESPACE,
    workload="model",
    replica_service="replicas",
    service="clients",
    proxy="front",
    proxy_admin_port=0,
    autoscaler="model",
)


@dataclass
class Saved:
    """What was read; a test may change any of it."""

    objects: list[Json]
    node: dict[str, str]

    def one(self, kind: str, name: str = "") -> Json:
        """Return the first object of a kind whose name begins so."""
        return next(
            raw
            for raw in self.objects
            if raw["kind"] == kind and raw["metadata"]["name"].startswith(name)
        )

    def snapshot(self) -> Snapshot:
        """Return the snapshot of it as it is now."""
        return snapshot_of(Found(tuple(self.objects), {NODE: self.node}), TARGET, SALT)


@cache
def _file() -> list[Json]:
    found: list[Json] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def saved() -> Saved:
    """Return a copy of what objects.json holds."""
    return Saved(copy.deepcopy(_file()), {})


def save(objects: Iterable[Json], file: Path) -> None:
    """Write objects as objects.json has them: without what is never looked at."""
    text = json.dumps([_small(raw) for raw in objects], indent=1, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8")


def _small(raw: Json) -> Json:
    found = copy.deepcopy(raw)
    fields = found["metadata"].pop("managedFields", [])
    if raw["kind"] in ("StatefulSet", "Deployment"):
        # Who wrote the count of replicas is told by these.
        found["metadata"]["managedFields"] = [item for item in fields if "fieldsV1" in item]
    kept = {"Node": ("conditions",), "Pod": ("conditions", "containerStatuses", "phase")}
    status = found.pop("status", {})
    wanted = (*kept.get(raw["kind"], ()), "observedGeneration")
    if small := {key: part for key, part in status.items() if key in wanted}:
        found["status"] = small
    return found
