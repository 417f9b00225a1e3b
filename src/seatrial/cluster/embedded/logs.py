"""Gives the end of a log, for an error to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LINES = 15
_BYTES = 16_384


def tail(path: Path) -> str:
    """Give the last lines of ``path``, or say that there are none."""
    if not path.exists():
        return "    (there is no such file)"
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(f"    {line}" for line in lines[-_LINES:]) or "    (it is empty)"
