"""Reading the load process's own report back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError
from seatrial.timeline import Difference, LoadReport

if TYPE_CHECKING:
    from pathlib import Path


def read_report(file: Path) -> LoadReport | None:
    """Return the report in ``file``, None where there is none. Raises SeatrialError if damaged."""
    if not file.is_file():
        return None
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        differences = tuple(Difference(**item) for item in raw["differences"])
        lists = {"replicas": tuple(raw["replicas"]), "differences": differences}
        return LoadReport(**{**raw, **lists})
    except (ValueError, KeyError, TypeError) as cause:
        raise SeatrialError(
            f"read the load process's report {file}", got=str(cause), expected="a LoadReport"
        ) from cause
