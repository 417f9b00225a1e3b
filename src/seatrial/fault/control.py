"""The Chaos Toolkit control that notes each activity's instants; `run` adds it to experiments.

Chaos Toolkit swallows what a control raises, so an instant that could not be written is missing
from the file, and the fault has no evidence for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from seatrial.fault import instants

__all__ = ["after_activity_control", "before_activity_control"]

# Chaos Toolkit passes plain dicts: an activity as its file has it, a run as its journal has it.
Raw = dict[str, Any]


def before_activity_control(context: Raw, path: str, **_others: object) -> None:
    """Note the instant before an activity."""
    instants.note(
        Path(path), instants.BEFORE, activity=context["name"], kind=context.get("type", "")
    )


def after_activity_control(
    context: Raw, path: str, state: Raw | None = None, **_others: object
) -> None:
    """Note the instant after an activity, and how it ended."""
    instants.note(
        Path(path),
        instants.AFTER,
        activity=context["name"],
        kind=context.get("type", ""),
        status=(state or {}).get("status", "interrupted"),
    )
