"""What decides an objective, what makes it FAIL, and what leaves it open. Pure; it judges nothing.

How many requests decide a ratio is asked of the bound that judges it, which guards can be raised
of the guards' own tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import words
from seatrial.slo.bounds import EPISODE_GAP_NS, FARTHEST, ratio_lower
from seatrial.slo.guards import Load, allowed_ns, names_for, needs_of
from seatrial.slo.judge import UNITS
from seatrial.slo.meaning import GOOD, capital, meaning
from seatrial.slo.pace import Pace, paces
from seatrial.slo.values import CONFIDENCE, Indicator, Objective, Op, PhaseName
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.timeline import Plan

_BROKEN = {Op.LT: "{} or more", Op.LTE: "more than {}", Op.GT: "{} or less", Op.GTE: "less than {}"}
#: What follows one event, and for how many seconds of the phase it has to be watched.
_AFTER: dict[Indicator, str] = {
    Indicator.SCALE_UP_LAG: "This one rise of the load",
    Indicator.SCALE_DOWN_LAG: "This one fall of the load",
    Indicator.SERVED_AGAIN: "This one fault",
    Indicator.REPLICA_REPLACED: "This one fault",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One objective explained: each field is a sentence, ``guards`` are names."""

    means: str
    where: str
    decides: str
    fails: str
    undecided: str
    guards: tuple[str, ...]


def explain(objective: Objective, plans: Sequence[Plan] = ()) -> Explanation:
    """Explain an objective; the plans of its scenarios turn requests into seconds.

    Plans of other scenarios are passed over. Without any, requests stay requests.
    """
    mine = [plan for plan in plans if plan.judged_as in objective.scenarios]
    experiment = not mine or any(plan.experiment for plan in mine)
    return Explanation(
        means=meaning(objective),
        where=_where(objective),
        decides=_decides(objective, paces(mine, objective.phase)),
        fails=_fails(objective),
        undecided=_undecided(objective),
        guards=names_for(objective, experiment=experiment),
    )


def _where(objective: Objective) -> str:
    needs = needs_of(objective)
    requests = "the requests of arm " + objective.arm if objective.arm else "all planned requests"
    who = [requests] if needs.load is Load.MEASURES else []
    who += [f"the samples of {' and '.join(needs.instruments)}"] if needs.instruments else []
    return (
        f"{capital(', and '.join(who) or 'the record of the fault')} {objective.phase.words}, "
        f"in trials of {' or '.join(objective.scenarios)}."
    )


def _decides(objective: Objective, pace: Sequence[Pace]) -> str:
    """Say what must be there: requests, or a phase that is long enough, or samples."""
    indicator, measures = objective.indicator, needs_of(objective).load is Load.MEASURES
    if indicator in _AFTER:
        return _after(objective, pace)
    if indicator is Indicator.THROUGHPUT:
        stretch = objective.window_s or 0
        return f"Every stretch of {stretch:g} s in the phase{_lasting(stretch, pace)}."
    if indicator is Indicator.PROXY_RETRIES:
        return f"All good answers, and the proxies' own counts; {_lower(_samples(objective))}"
    return _requests(objective, pace) if measures else _samples(objective)


def _requests(objective: Objective, pace: Sequence[Pace]) -> str:
    least = f"At least {objective.floor:,} requests{_seconds(objective.floor, pace)}"
    if objective.indicator not in GOOD:
        return f"{least}."
    if objective.phase is PhaseName.FAULT:
        return f"{least}, as observed: it is about this fault."
    return _ratio(objective, pace)


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _after(objective: Objective, pace: Sequence[Pace]) -> str:
    """Say how long must be watched after an event that is judged by itself."""
    floor = f" with {objective.floor:,} requests in every stretch" if objective.floor > 1 else ""
    found = f"{_AFTER[objective.indicator]}, as observed{floor}"
    if objective.indicator is Indicator.REPLICA_REPLACED:  # replicas are watched to the end
        planned = " and ".join(f"{item.scenario} plans {item.to_end_s:g} s" for item in pace)
        length = f"{objective.value:g} s{f' ({planned})' if planned else ''}"
        return f"{found}; the trial must go on for {length} after it."
    return f"{found}{_lasting(objective.value + (objective.window_s or 0), pace)}."


def _lasting(least: float, pace: Sequence[Pace]) -> str:
    planned = " and ".join(f"{item.scenario} plans {item.seconds:g} s" for item in pace)
    return f"; the phase must last {least:g} s{f' ({planned})' if planned else ''}"


def _samples(objective: Objective) -> str:
    instruments = needs_of(objective).instruments
    if not instruments:
        return "What the trial recorded of its fault."
    longest = " or ".join(sorted({f"{allowed_ns(name) / NANOSECONDS:g} s" for name in instruments}))
    return f"Every sample in the phase; an instrument may be silent for {longest} at most."


def _ratio(objective: Objective, pace: Sequence[Pace]) -> str:
    """Say how many requests decide it, without a failure and at a third of the budget."""
    clean = max(objective.floor, clean_requests(objective.value))
    text = f"{clean:,} requests{_seconds(clean, pace)} if none fails"
    return "; ".join([text, *(_third(objective, item, many=len(pace) > 1) for item in pace)]) + "."


def _third(objective: Objective, pace: Pace, *, many: bool) -> str:
    where = f" in {pace.scenario}" if many else ""
    third = requests_at_a_third(objective.value, pace.rate)
    if third is None:
        return f"if a third of the allowed failures occur{where}, no length: see slos/README.md"
    third = max(objective.floor, third)
    return f"{third:,}{_seconds(third, [pace])} if a third of the allowed failures occur{where}"


def _seconds(requests: int, pace: Sequence[Pace]) -> str:
    """Return how long the plans need for so many requests, and what they have."""
    return f" ({'; '.join(item.needed(requests) for item in pace)})" if pace else ""


def clean_requests(ratio: float) -> int:
    """Return the N from which a ratio is certain when nothing fails: 0.05^(1/N) >= ratio."""
    return ceil(log(1 - CONFIDENCE) / log(ratio))


def requests_at_a_third(ratio: float, rate: float) -> int | None:
    """Return the N that decides when failures come evenly at a third of the budget; None: no N.

    Failures closer than an episode's gap are one episode however long the trial: none decides.
    """
    between = 3 / (1 - ratio)
    if between / rate * NANOSECONDS < EPISODE_GAP_NS:
        return None
    low, high = 0, 1
    while not _holds(high, between, ratio):
        low, high = high, 2 * high
        if high > FARTHEST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _holds(middle, between, ratio) else (middle, high)
    return ceil(high * between)


def _holds(failures: int, between: float, ratio: float) -> bool:
    sizes = np.ones(failures, dtype=np.int64)
    return ratio_lower(ceil(failures * between), sizes, CONFIDENCE) >= ratio


def _fails(objective: Objective) -> str:
    if objective.indicator in GOOD:
        found = f"a share below {words.ratio(objective.value)}"
    else:
        found = _BROKEN[objective.op].format(f"{objective.value:g}") + UNITS[objective.indicator]
    whose = objective.arm or objective.each
    alone = ", the requests of unknown origin left out" if whose else ""
    return f"Seen is {found}{alone}."


def _undecided(objective: Objective) -> str:
    """Say when it is neither, in words; the guards' names follow by themselves."""
    bounded = objective.phase is not PhaseName.FAULT or objective.indicator not in GOOD
    asked: tuple[tuple[bool, str], ...] = (
        (
            objective.indicator in (*GOOD, Indicator.MEAN_LATENCY) and bounded,
            "the promise is kept, but its 95 % bound does not meet it",
        ),
        (
            objective.indicator in (Indicator.ARM_SPLIT, Indicator.REPLICA_SPREAD),
            "the share is within its limit, but its 95 % interval is not",
        ),
        (bool(objective.arm or objective.each), "requests of unknown origin could tip it"),
    )
    found = ["one of the guards is raised", *(text for holds, text in asked if holds)]
    return f"{capital(', or '.join(found))}."
