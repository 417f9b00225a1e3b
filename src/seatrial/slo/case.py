"""What a rule is given and what it finds: the seam between the judge and its rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from seatrial.slo import sequential
from seatrial.slo.guards.undecided import unable
from seatrial.slo.values import Outcome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seatrial.slo.guards import Guard
    from seatrial.slo.values import Objective
    from seatrial.slo.windows import Window
    from seatrial.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Case:
    """One objective before a trial's record; ``part`` is the objective's phase, cut out."""

    timeline: Timeline
    part: Window
    objective: Objective

    @property
    def confidence(self) -> float:
        """The one-sided confidence of every bound: 95 %, more where the load could be cut."""
        return sequential.confidence(self.timeline.plan, self.timeline.load)


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found, guards apart.

    ``value`` is None where nothing could be measured. ``seen`` says the measurement with its unit,
    ``bound`` what it supports, ``why`` what decided or what would. ``against`` marks those of the
    part's requests that speak against the promise (bool, their shape), ``instants`` are those (ns)
    of the samples that do: from them the judge points at the records. ``guard`` names what kept the
    rule from deciding. ``kept_by_retries``: what holds would not, had no proxy tried again.
    """

    outcome: Outcome
    value: float | None
    n: int
    seen: str
    bound: str | None = None
    why: str = ""
    against: NDArray[np.bool_] | None = field(default=None, compare=False, repr=False)
    instants: tuple[int, ...] = ()
    guard: Guard | None = None
    kept_by_retries: bool = False

    def noting(self, note: str) -> Found:
        """Return the same with ``note`` as the last words of ``why``; "" adds nothing."""
        return replace(self, why="; ".join(filter(None, (self.why, note))))


def undecided(
    why: str,
    *,
    guard: str = "not-measured",
    n: int = 0,
    seen: str = "nothing",
    value: float | None = None,
) -> Found:
    """Return INCONCLUSIVE because of ``why``; ``guard`` is one of ``guards.undecided.MENDS``."""
    return Found(Outcome.INCONCLUSIVE, value, n, seen, guard=unable(guard, why))


def too_small(
    least: int, what: str = "requests", *, n: int, seen: str, value: float | None = None
) -> Found:
    """Return INCONCLUSIVE because fewer than ``least`` (an objective's floor) can't decide it."""
    why = f"{least:,} {what} are the least that decide it"
    return undecided(why, guard="sample-too-small", n=n, seen=seen, value=value)
