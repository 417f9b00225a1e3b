"""The autoscaler's steps, and how far one may go: its policies, as its controller applies them.

A limit starts from the replicas there were when the policy's period began (Kubernetes 1.37,
``calculateScaleUpLimitWithScalingRules`` and ``calculateScaleDownLimitWithBehaviors``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from seatrial.slo.rules.scaling.series import in_order
from seatrial.slo.rules.scaling.writers import foreign
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.slo.spans import Span
    from seatrial.timeline import AutoscalerSample, ScalingPolicy, ScalingRules, Timeline

#: A change is seen at most so long after it was made; two are never seen further apart than so
#: much less or more than they were made.
SEEN_NS = NANOSECONDS


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the autoscaler's desired count, with its rules for the direction.

    ``rules`` is None where the sample does not say them. ``window_ns`` is the longer of the
    stabilisation windows. ``corrects`` marks a step back into the autoscaler's own range, which
    it takes at once, whatever its policies.
    """

    at_ns: int
    before: int
    after: int
    rules: ScalingRules | None
    window_ns: int
    corrects: bool

    @property
    def change(self) -> int:
        """How many replicas more; fewer are below 0."""
        return self.after - self.before

    @property
    def words(self) -> str:
        """The step as it reads in a sentence."""
        return f"{self.before} to {self.after}"


def steps(timeline: Timeline) -> list[Step]:
    """Return every step of the record, in order.

    A status that desires nothing was never computed. A status written by the very step still has
    the count before it as ``current``; a later one has the new count in both, and so has one that
    only takes note of a count that somebody else wrote: that is no step of the autoscaler.
    """
    known = [item for item in in_order(timeline.autoscaler) if item.desired and not item.gone]
    others = foreign(timeline)
    found = []
    for earlier, item in pairwise(known):
        if item.desired == earlier.desired:
            continue
        told = item.current and item.current != item.desired
        if not told and any(
            earlier.at_ns - SEEN_NS < other.at_ns < item.at_ns + SEEN_NS
            and other.spec_replicas == item.desired
            for other in others
        ):
            continue
        found.append(_step(item, item.current if told else earlier.desired))
    return found


def _step(item: AutoscalerSample, before: int) -> Step:
    both = [rules.stabilization_s for rules in (item.scale_up, item.scale_down) if rules]
    return Step(
        at_ns=item.at_ns,
        before=before,
        after=item.desired,
        rules=item.scale_up if item.desired > before else item.scale_down,
        window_ns=max(both, default=0) * NANOSECONDS,
        corrects=before < item.minimum == item.desired or before > item.maximum == item.desired,
    )


def inside(found: Sequence[Step], spans: tuple[Span, ...]) -> list[Step]:
    """Return the steps taken in the spans."""
    return [step for step in found if any(start <= step.at_ns < end for start, end in spans)]


def reach_ns(rules: ScalingRules) -> int:
    """Return how far back its policies look."""
    return max((policy.period_s for policy in rules.policies), default=0) * NANOSECONDS


def beyond(step: Step, rules: ScalingRules, earlier: Sequence[Step]) -> bool:
    """Tell whether the step goes further than the policies allow after the earlier ones."""
    if step.corrects:
        return False
    if rules.select == "Disabled":
        return True
    limits = [_limit(step, policy, earlier) for policy in rules.policies]
    upward = step.change > 0
    widest = rules.select != "Min"
    limit = max(limits) if upward == widest else min(limits)
    return step.after > max(limit, step.before) if upward else step.after < min(limit, step.before)


def _limit(step: Step, policy: ScalingPolicy, earlier: Sequence[Step]) -> int:
    """Return how many replicas the policy allows; in doubt about an instant, the more lenient."""
    began = step.at_ns - policy.period_s * NANOSECONDS
    upward = step.change > 0
    start = step.before
    for past in earlier:
        same = (past.change > 0) == upward
        # One in the same direction uses the allowance up, one in the other gives some back.
        if past.at_ns > (began + SEEN_NS if same else began - SEEN_NS):
            start -= past.change
    if policy.kind == "Pods":
        return start + policy.value if upward else start - policy.value
    if upward:
        return math.ceil(start * (1 + policy.value / 100))
    return int(start * (1 - policy.value / 100))
