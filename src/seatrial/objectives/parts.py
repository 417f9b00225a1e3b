"""Parts of a document that mean the same for every indicator: name, target, budget."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seatrial.objectives.model import Document, Threshold
    from seatrial.objectives.source import Source, Way

#: Seconds of OpenSLO's units; months, quarters and years by their length on the average calendar.
UNIT_S = {
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "w": 7 * 86_400.0,
    "M": 365.25 / 12 * 86_400,
    "Q": 365.25 / 4 * 86_400,
    "Y": 365.25 * 86_400,
}


def budget_s(document: Document) -> float | None:
    """Return the length (s) of the window that the document's error budget is for, if it has one.

    OpenSLO's units, from minutes to years.
    """
    if document.spec.time_window is None:
        return None
    [window] = document.spec.time_window
    return int(window.duration[:-1]) * UNIT_S[window.duration[-1]]


def target_of(threshold: Threshold, source: Source, way: Way) -> float | None:
    """Return the target as a share; one of 0 would promise nothing."""
    share, percent = threshold.target, threshold.target_percent
    if share is not None and percent is not None:
        raise source.error(way, got="both", expected="either target or targetPercent")
    key = "target" if percent is None else "targetPercent"
    target = share if percent is None else percent / 100
    if target == 0:
        raise source.error((*way, key), got="0", expected="more: 0 promises nothing")
    return target


def base_name(document: Document, threshold: Threshold, source: Source, index: int) -> str:
    """Return the document's name; with the objective's own where the document has several."""
    if len(document.spec.objectives) == 1:
        return document.metadata.name
    slug = re.sub(r"[^a-z0-9]+", "-", (threshold.display_name or "").lower()).strip("-")
    if not slug:
        raise source.error(
            ("spec", "objectives", index),
            got="no displayName",
            expected="one for each objective, as there are several",
        )
    return f"{document.metadata.name}-{slug}"
