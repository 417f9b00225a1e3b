"""What an objective means, in words for people who are no statisticians. Pure; it judges nothing.

How many requests decide a ratio is asked of the bound that judges it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import words
from seatrial.slo.bounds import EPISODE_GAP_NS, FARTHEST, ratio_lower
from seatrial.slo.guards import NEEDS, Load, Needs
from seatrial.slo.judge import promised
from seatrial.slo.values import CONFIDENCE, Indicator, Objective, PhaseName
from seatrial.slo.windows import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

RATIOS = (Indicator.SUCCESS, Indicator.LATENCY)
#: What is counted or measured, as it reads in a sentence, for what is no ratio.
SUBJECTS: Mapping[Indicator, str] = {
    Indicator.MEAN_LATENCY: "the mean latency of the planned requests (a failed one counts with "
    "its deadline)",
    Indicator.TIMEOUTS: "the number of requests that wait past their deadline or are answered 504",
    Indicator.THROUGHPUT: "in the worst stretch, the rate of requests answered with a prediction",
    Indicator.REPLICA_SPREAD: "how far any Ready replica's share of the answers is off a fair one",
    Indicator.ARM_SPLIT: "how far any arm's share of the answers is off the configured one",
    Indicator.SERVED_AGAIN: "the time until clients are served as before",
    Indicator.REPLICA_REPLACED: "the time until the killed replica's successor is Ready",
    Indicator.READY_REPLICAS: "the smallest number of Ready replicas at any instant",
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


def explain(objective: Objective, rate: float | None = None) -> Explanation:
    """Explain an objective; ``rate`` (requests/s of its scenario) turns requests into seconds."""
    return Explanation(
        means=meaning(objective),
        where=_where(objective),
        decides=_decides(objective, rate),
        fails=_fails(objective),
        undecided=_undecided(objective),
        guards=guards_for(objective),
    )


def meaning(objective: Objective) -> str:
    """Return what the objective promises, in one sentence."""
    whose = f" of arm {objective.arm}" if objective.arm else ""
    whose = f" of each {objective.each}, the worst deciding," if objective.each else whose
    if objective.indicator in RATIOS:
        many = f"{_share(objective.value)} of all planned requests{whose}"
        limit = f" in less than {objective.within_ms:g} ms" if objective.within_ms else ""
        return f"{_capital(objective.phase.words)}, {many} get a prediction{limit}."
    subject = SUBJECTS.get(objective.indicator, objective.title)
    return f"{_capital(objective.phase.words)}, {subject}{whose} is {promised(objective)}."


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _share(ratio: float) -> str:
    """Return a ratio as people say it: at least 999 of 1,000."""
    for size in (10, 100, 1_000, 10_000, 100_000):
        if abs(ratio * size - round(ratio * size)) < 1e-9:  # noqa: PLR2004 -- rounding of floats
            return f"at least {round(ratio * size):,} of {size:,}"
    return f"at least {words.ratio(100 * ratio)} %"


def _where(objective: Objective) -> str:
    who = f"the requests of arm {objective.arm}" if objective.arm else "all planned requests"
    needs = NEEDS.get(objective.indicator, Needs())
    if needs.load is not Load.MEASURES:
        who = f"the samples of {' and '.join(needs.instruments)}" if needs.instruments else "faults"
    return (
        f"{_capital(who)} {objective.phase.words}, in trials of {' or '.join(objective.scenarios)}."
    )


def _decides(objective: Objective, rate: float | None) -> str:
    """Say how many requests decide it, without a failure and at a third of the budget."""
    least = f"At least {objective.floor:,} requests"
    if objective.indicator not in RATIOS:
        if NEEDS.get(objective.indicator, Needs()).load is Load.MEASURES:
            return f"{least}{_seconds(objective.floor, rate)}."
        return "Every sample in the phase; none may be missing."
    if objective.phase is PhaseName.FAULT:
        return f"{least}{_seconds(objective.floor, rate)}, as observed: it is about this fault."
    clean = max(objective.floor, clean_requests(objective.value))
    text = f"{clean:,} requests{_seconds(clean, rate)} if none fails"
    if rate is None:
        return f"{text}."
    third = requests_at_a_third(objective.value, rate)
    if third is None:
        return f"{text}; if a third of the allowed failures occur, no length: see slos/README.md."
    third = max(objective.floor, third)
    return f"{text}; {third:,}{_seconds(third, rate)} if a third of the allowed failures occur."


def _seconds(requests: int, rate: float | None) -> str:
    return "" if rate is None else f" ({ceil(requests / rate):,} s at {rate:g} requests/s)"


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
    if objective.indicator in RATIOS:
        return f"The observed share is below {words.ratio(objective.value)}."
    return f"What is observed is not {promised(objective)}."


def _undecided(objective: Objective) -> str:
    needs = NEEDS.get(objective.indicator, Needs())
    found = ["a guard is raised"]
    if needs.load is Load.MEASURES:
        found.append(f"there are fewer than {objective.floor:,} requests")
    if objective.indicator in (*RATIOS, Indicator.MEAN_LATENCY) and (
        objective.phase is not PhaseName.FAULT
    ):
        found.append("the promise is kept, but its 95 % bound does not meet it")
    if objective.arm or objective.each:
        found.append("requests of unknown origin could tip it")
    return f"{_capital(', or '.join(found))}."


def guards_for(objective: Objective) -> tuple[str, ...]:
    """Return the names of the guards that can keep this objective from PASS."""
    needs = NEEDS.get(objective.indicator, Needs())
    found = ["clock-jumped"] if needs.instants else []
    if needs.instants and objective.phase is not PhaseName.BASELINE:
        found += ["fault-missing", "fault-unproven", "fault-misplaced"]
        found += ["fault-not-undone"] if objective.phase is not PhaseName.FAULT else []
    if needs.load is not Load.NONE:
        found += ["load-lost", "load-failed", "not-all-recorded", "no-requests", "rate-missed"]
    if needs.load is Load.MEASURES:
        found.append("send-lag")
    return (*found, *(["instrument-silent"] if needs.instruments else []))
