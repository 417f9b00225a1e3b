"""How long a plan's phases take to send so many requests, by their own rates. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from seatrial.slo.spans import reached, spans
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.slo.values import PhaseName
    from seatrial.timeline import Plan


@dataclass(frozen=True, slots=True)
class Pace:
    """One scenario's phase as planned: its length (s) and its requests/s, on average.

    ``even`` tells that all of it has that rate, ``to_end_s`` is from its start to the trial's end.
    """

    scenario: str
    seconds: float
    rate: float
    even: bool
    to_end_s: float

    def needed(self, requests: int) -> str:
        """Return how many seconds so many requests take, and that the plan has fewer if it has."""
        took, mean = ceil(requests / self.rate), "" if self.even else " on average"
        plans = "plans only" if took > self.seconds else "plans"
        much = f"{took:,} s at {self.rate:.4g} requests/s{mean}"
        return f"{much}, {self.scenario} {plans} {self.seconds:g} s"


def paces(plans: Iterable[Plan], phase: PhaseName) -> list[Pace]:
    """Return the pace of each plan that has the phase, its fault at the planned instant."""
    return [found for plan in plans if (found := _pace(plan, phase)) is not None]


def _pace(plan: Plan, phase: PhaseName) -> Pace | None:
    cut = spans(plan, None, phase)
    if not cut:
        return None
    ns = sum(end - start for start, end in cut)
    requests, rates = 0.0, set()
    for stage in reached(plan, cut):
        rate = stage.rate or plan.rate
        inside = sum(
            max(0, min(end, stage.end_ns) - max(start, stage.start_ns)) for start, end in cut
        )
        requests += rate * inside / NANOSECONDS
        rates.add(rate)
    seconds = ns / NANOSECONDS
    to_end_s = (max(item.end_ns for item in plan.phases) - cut[0][0]) / NANOSECONDS
    return Pace(plan.judged_as, seconds, requests / seconds, len(rates) == 1, to_end_s)
