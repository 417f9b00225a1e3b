"""What a rule is given and what it finds: the seam between the judge and its rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seatrial.slo.values import Outcome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
    ``bound`` what it supports, ``why`` what decided or what would. ``against`` marks those of the
    part's requests that speak against the promise (bool, their shape), ``instants`` are those (ns)
    of the samples that do: from them the judge points at the records.
    """

    outcome: Outcome
    value: float | None
    n: int
    seen: str
    bound: str | None = None
    why: str = ""
    against: NDArray[np.bool_] | None = field(default=None, compare=False, repr=False)
    instants: tuple[int, ...] = ()


def undecided(why: str, *, n: int = 0, seen: str = "nothing", value: float | None = None) -> Found:
    """Return INCONCLUSIVE because of ``why``."""
    return Found(Outcome.INCONCLUSIVE, value, n, seen, why=why)
