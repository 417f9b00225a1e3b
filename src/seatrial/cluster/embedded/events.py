"""The node's own account of its start and end: one JSON object a line, appended and flushed.

The node's PID 1 writes it; the process that brings the cluster up reads it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Event:
    """``component`` became ready, or ended the node; ``why`` says how."""

    kind: Literal["ready", "failed"]
    component: str
    why: str = ""


def append(path: Path, event: Event) -> None:
    """Add the event as one write, so that a reader never sees half of it joined to another."""
    line = json.dumps(asdict(event)) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def read(path: Path) -> tuple[Event, ...]:
    """Give the events so far; a line that is still being written is left for the next time."""
    if not path.exists():
        return ()
    lines = path.read_text().splitlines(keepends=True)
    return tuple(Event(**json.loads(line)) for line in lines if line.endswith("\n"))
