"""What several trials with the same fault say of such faults in general; one says nothing of them.

Within one fault requests hang together, so faults are counted and not requests: each kept a promise
or broke it, and Clopper and Pearson bound the share of such faults that keep it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.slo import bounds
from seatrial.slo.values import CONFIDENCE, Outcome, PhaseName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.slo.values import Verdict

#: Fewer faults than this support no claim about others: not even a third of them, at 95 %.
LEAST_FAULTS = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """How many of ``faults`` that decided a promise of the fault window kept it.

    ``at_least`` is the one-sided 95 % lower bound on the share of such faults that keep it, None
    of fewer than three. ``undecided`` trials are left out of the count.
    """

    objective: str
    kept: int
    faults: int
    undecided: int
    at_least: float | None


def over_faults(trials: Sequence[Sequence[Verdict]]) -> tuple[Claim, ...]:
    """Return a claim for each objective of the fault window; ``trials`` are their verdicts."""
    outcomes: dict[str, list[Outcome]] = {}
    for verdicts in trials:
        for verdict in verdicts:
            if verdict.phase is PhaseName.FAULT:
                outcomes.setdefault(verdict.objective, []).append(verdict.outcome)
    return tuple(_claim(name, found) for name, found in outcomes.items())


def _claim(name: str, outcomes: list[Outcome]) -> Claim:
    undecided = outcomes.count(Outcome.INCONCLUSIVE)
    kept, faults = outcomes.count(Outcome.PASS), len(outcomes) - undecided
    enough = faults >= LEAST_FAULTS
    at_least = bounds.clopper_pearson_lower(kept, faults, CONFIDENCE) if enough else None
    return Claim(name, kept, faults, undecided, at_least)
