"""Equivalence of shares: each arm's with the plan's, and the test that replicas' shares use, too.

PASS where the whole interval lies within the tolerance, FAIL where the observed share is outside,
INCONCLUSIVE between: two one-sided tests (Schuirmann 1987) at 95 % each, with exact binomial
bounds. A request whose origin is unknown could have been anyone's, and the interval allows for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import bounds, words
from seatrial.slo.case import Case, Found, too_small, undecided
from seatrial.slo.values import CONFIDENCE, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far one share is off, in the objective's unit: as observed, and at the least and most."""

    name: str
    seen: float
    low: float
    high: float

    @property
    def size(self) -> float:
        """The observed distance, without its sign."""
        return abs(self.seen)

    @property
    def farthest(self) -> float:
        """The largest distance that the data allow."""
        return max(abs(self.low), abs(self.high))


def deviation(
    name: str,
    *,
    seen: int,
    unknown: int,
    total: int,
    expected: float,
    relative: bool,
    confidence: float = CONFIDENCE,
) -> Deviation:
    """Compare ``seen`` of ``total`` answers with an expected share, in points or in % of it.

    ``total`` includes ``unknown``, the answers of unknown origin, and must exceed it.
    """
    unit = 100 / expected if relative else 100.0
    low = bounds.clopper_pearson_lower(seen, total, confidence)
    high = bounds.clopper_pearson_upper(seen + unknown, total, confidence)
    observed = seen / (total - unknown)
    return Deviation(name, *((share - expected) * unit for share in (observed, low, high)))


def equivalent(case: Case, found: Sequence[Deviation], n: int, seen: str, unit: str) -> Found:
    """Decide whether every share is within the objective's tolerance."""
    objective = case.objective
    worst = max(found, key=lambda item: item.size)
    if not objective.op.holds(worst.size, objective.value):
        why = f"{worst.name} is off by {worst.seen:+.2f} {unit}"
        return Found(Outcome.FAIL, worst.size, n, seen, why=why)
    farthest = max(found, key=lambda item: item.farthest)
    sure = words.confident(case.confidence)
    bound = f"off by {farthest.farthest:.2f} {unit} at the most, at {sure} each way"
    if objective.op.holds(farthest.farthest, objective.value):
        return Found(Outcome.PASS, worst.size, n, seen, bound)
    why = f"{farthest.name} may be off by more; more requests narrow it"
    return Found(Outcome.INCONCLUSIVE, worst.size, n, seen, bound, why)


def arm_split(case: Case) -> Found:
    """Judge by how many percentage points an arm's share is off the plan's, at the most."""
    plan, total = case.timeline.plan, case.part.n
    codes = case.part.column("arm")
    counts = [int(np.count_nonzero(codes == code)) for code in range(len(plan.arms))]
    n = sum(counts)
    unknown = total - n
    if len(plan.arms) < 2 or not n:  # noqa: PLR2004 -- one arm is no split
        return undecided("no answer names its arm, or the plan has fewer than two", n=n)
    found = [
        deviation(
            name,
            seen=seen,
            unknown=unknown,
            total=total,
            expected=weight,
            relative=False,
            confidence=case.confidence,
        )
        for name, weight, seen in zip(plan.arms, plan.arm_weights, counts, strict=True)
    ]
    shares = ", ".join(
        f"{name} {100 * seen / n:.2f} % (plan {100 * weight:g} %)"
        for name, weight, seen in zip(plan.arms, plan.arm_weights, counts, strict=True)
    )
    text = f"{shares} of {words.count(n, 'request')}"
    if n < case.objective.floor:
        return too_small(case.objective.floor, n=n, seen=text)
    return equivalent(case, found, n, text, "points")
