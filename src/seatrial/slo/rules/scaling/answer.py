"""When a change of the load was answered, and what is said of that, in doubt or not.

It is answered at the end of the last unanswered stretch that began within the promised time; one
that begins later is another's. Which moments are answered is the rule's to say, twice: as seen,
and as it may have been where nobody looked. Only what no luck could have kept is a FAIL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.slo import words
from seatrial.slo.case import Case, Found, undecided
from seatrial.slo.rules.scaling.series import Moment, autoscaled, clipped, moments, stretches
from seatrial.slo.rules.scaling.told import cpu
from seatrial.slo.values import Outcome
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.slo.rules.scaling.demand import Change


@dataclass(frozen=True, slots=True)
class Wait:
    """What followed a change of the load, moment by moment, to the phase's end.

    ``seen`` tells whether a moment was answered, ``hoped`` whether it may have been.
    """

    case: Case
    change: Change
    found: list[Moment]
    seen: Callable[[Moment], bool]
    hoped: Callable[[Moment], bool]

    @property
    def n(self) -> int:
        """How many samples of the autoscaler stand behind it."""
        return len(autoscaled(self.case))

    @property
    def length_s(self) -> float:
        """How long the phase went on after the change."""
        return (self.change.end_ns - self.change.start_ns) / NANOSECONDS


def wait(
    case: Case,
    change: Change,
    *,
    seen: Callable[[Moment], bool],
    hoped: Callable[[Moment], bool],
) -> Wait:
    """Return the wait that begins with this change."""
    found = clipped(moments(case.timeline), ((change.start_ns, change.end_ns),))
    return Wait(case, change, found, seen, hoped)


def answered_ns(it: Wait, good: Callable[[Moment], bool]) -> int | None:
    """Return when the change was answered; None if not by the phase's end."""
    missing = stretches(it.found, lambda item: not good(item))
    if not missing:
        return it.change.start_ns
    promised_ns = it.change.start_ns + round(it.case.objective.value * NANOSECONDS)
    begun = [span for span in missing if span[0] <= promised_ns] or missing[:1]
    end = begun[-1][1]
    return end if end < it.found[-1].end_ns else None


def decided(it: Wait, what: str) -> Found:
    """Decide by what was seen; ``what`` is the answer in words."""
    judged = _judged(it, answered_ns(it, it.seen), what)
    at_best = _judged(it, answered_ns(it, it.hoped), what)
    if judged.outcome is Outcome.FAIL and at_best.outcome is Outcome.PASS:
        why = "nobody looked for some of that time"
        return undecided(why, n=it.n, seen=judged.seen, value=judged.value)
    return judged


def _judged(it: Wait, at_ns: int | None, what: str) -> Found:
    if at_ns is None:
        return never(it)
    seconds = (at_ns - it.change.start_ns) / NANOSECONDS
    seen = f"{what} {words.upward(seconds)} s after {it.change.words}"
    if it.case.objective.op.holds(seconds, it.case.objective.value):
        return Found(Outcome.PASS, seconds, it.n, seen, "as observed, of this change only")
    return Found(Outcome.FAIL, seconds, it.n, seen, instants=(at_ns,))


def never(it: Wait, why: str = "") -> Found:
    """Decide a phase that ended unanswered; ``why`` says that no time would have helped."""
    seen = f"not within the {it.length_s:.0f} s after {it.change.words}"
    if not why and it.length_s < it.case.objective.value:
        early = "the phase ended before the promised time was over"
        return undecided(early, guard="phase-too-short", n=it.n, seen=seen)
    last = it.found[-1]
    return Found(
        Outcome.FAIL, None, it.n, seen, why=why or f"{counts(last)} at the phase's end, {cpu(last)}"
    )


def counts(moment: Moment) -> str:
    """Return what was Ready and desired as a clause."""
    scaler, workload = moment.autoscaler, moment.workload
    if scaler is None or workload is None:
        return "counts unknown"
    return f"{workload.ready_replicas} Ready of {scaler.desired} desired"
