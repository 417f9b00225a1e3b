"""What a rule is given and what it finds: the seam between the judge and its rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.slo.values import Outcome

if TYPE_CHECKING:
    from seatrial.slo.values import Objective
    from seatrial.slo.windows import Window
    from seatrial.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Case:
    """One objective before a trial's record; ``part`` is the objective's phase, cut out."""

    timeline: Timeline
    part: Window
    objective: Objective


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found, guards apart.

    ``value`` is None where nothing could be measured. ``seen`` says the measurement with its unit,
    ``bound`` what it supports, ``why`` what decided or what would.
    """

    outcome: Outcome
    value: float | None
    n: int
    seen: str
    bound: str | None = None
    why: str = ""


def undecided(why: str, *, n: int = 0, seen: str = "nothing", value: float | None = None) -> Found:
    """Return INCONCLUSIVE because of ``why``."""
    return Found(Outcome.INCONCLUSIVE, value, n, seen, why=why)
