"""The labels of a document that seatrial reads: how severe a breach is, where it is promised.

Others may stand there for other tools.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from seatrial.objectives.model import Severity
from seatrial.slo import SCENARIOS

_KIND = re.compile(r"[a-z][a-z-]*[a-z]")

if TYPE_CHECKING:
    from seatrial.objectives.model import Document
    from seatrial.objectives.source import Source


def severity(document: Document, source: Source) -> str:
    """Return the document's severity, ``critical`` where it names none."""
    found = document.metadata.labels.get("severity", "critical")
    if isinstance(found, list) or found not in get_args(Severity):
        raise source.error(
            ("metadata", "labels", "severity"),
            got=f"{found}",
            expected=f"one of {', '.join(get_args(Severity))}",
        )
    return found


def scenarios(document: Document, source: Source) -> tuple[str, ...]:
    """Return the scenarios that the document promises something in: the first where it names none.

    A name that no scenario has is an error: what it promises would never be judged.
    """
    found = document.metadata.labels.get("scenario", SCENARIOS[0])
    names = [found] if isinstance(found, str) else found
    if not names or len(set(names)) < len(names) or not set(names) <= set(SCENARIOS):
        raise source.error(
            ("metadata", "labels", "scenario"),
            got=", ".join(names) or "none",
            expected=f"one or more, each once, of {', '.join(SCENARIOS)}",
        )
    return tuple(names)


def faults(document: Document, source: Source) -> tuple[str, ...]:
    """Return the kinds of faults that the document promises something under; () for any.

    Which kinds there are is the catalogue's to know; a trial refuses a document of another kind.
    """
    found = document.metadata.labels.get("fault", [])
    names = [found] if isinstance(found, str) else found
    if len(set(names)) < len(names) or not all(map(_KIND.fullmatch, names)):
        raise source.error(
            ("metadata", "labels", "fault"),
            got=", ".join(names) or "none",
            expected="kinds of faults, each once, such as kill-replica",
        )
    return tuple(names)
