"""The instants of an experiment as they pass: one JSON line each, on disk before it goes on.

What is known of a fault whose process was killed is what stands here.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seatrial.fault.errors import FaultError

if TYPE_CHECKING:
    from pathlib import Path

INSTANTS = "fault-instants.jsonl"

#: The launcher's own entry, the first of the file.
LAUNCHED = "launched"
BEFORE = "before"
AFTER = "after"


@dataclass(frozen=True, slots=True)
class Instant:
    """One event of an experiment: CLOCK_MONOTONIC in ns, and the wall clock (RFC 3339 UTC)."""

    event: str
    activity: str
    kind: str
    status: str
    monotonic_ns: int
    wall: str


def note(path: Path, event: str, *, activity: str = "", kind: str = "", status: str = "") -> None:
    """Append the present instant."""
    now = Instant(event, activity, kind, status, time.monotonic_ns(), datetime.now(UTC).isoformat())
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(now)) + "\n")


def read(path: Path) -> tuple[Instant, ...]:
    """Return the instants in ``path``; none if there is no such file. Raises FaultError."""
    if not path.is_file():
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(Instant(**json.loads(line)) for line in lines)
    except (ValueError, TypeError) as cause:
        raise FaultError(f"read {path}", got=str(cause), expected="an instant a line") from cause
