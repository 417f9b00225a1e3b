"""Appends lines to a file that several threads share; each is on its way to disk when it returns.

A SIGKILL of this process keeps every line: it is the kernel's by then.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.timeline import (
        AutoscalerSample,
        EndpointsSample,
        ObjectSample,
        ProxySample,
        ReplicaSample,
        WorkloadSample,
    )

    Sample = (
        AutoscalerSample
        | EndpointsSample
        | ObjectSample
        | ProxySample
        | ReplicaSample
        | WorkloadSample
    )


class LineFile:
    """One file that lines are appended to."""

    def __init__(self, path: Path) -> None:
        """Create the file, or go on with the one that is there."""
        self._file = path.open("a", encoding="utf-8")
        self._lock = Lock()

    def sample(self, value: Sample) -> None:
        """Append a sample as one line of JSON."""
        self.line(json.dumps(asdict(value)))

    def line(self, text: str) -> None:
        """Append a line and hand it to the kernel."""
        with self._lock:
            self._file.write(text + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
