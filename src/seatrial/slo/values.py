"""What is promised and what was found: objectives and verdicts as plain values.

An ``Objective`` is made by ``objectives`` (from documents) or by hand; nothing here reads files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from seatrial.errors import EXIT_FAIL, EXIT_INCONCLUSIVE, EXIT_PASS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.timeline import Plan

#: One-sided confidence with which a steady phase's bound must meet the promise.
CONFIDENCE = 0.95


#: The scenarios that promises can be made for; the first where a promise names none.
SCENARIOS = ("production", "autoscaling", "nightly")


class Outcome(StrEnum):
    """What a verdict says. Not the outcome of a request: that one is ``timeline.Outcome``."""

    PASS = "PASS"  # noqa: S105 -- a verdict, no password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"

    @classmethod
    def worst(cls, outcomes: Iterable[Outcome]) -> Outcome:
        """FAIL outranks INCONCLUSIVE outranks PASS; of nothing at all: INCONCLUSIVE."""
        return max(outcomes, key=lambda item: item.rank, default=cls.INCONCLUSIVE)

    @property
    def rank(self) -> int:
        """How bad it is beside the others: the highest decides."""
        return (Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.FAIL).index(self)

    @property
    def exit_code(self) -> int:
        """The exit code of a command that ends with this outcome: 0, 1 or 10."""
        return {Outcome.PASS: EXIT_PASS, Outcome.FAIL: EXIT_FAIL}.get(self, EXIT_INCONCLUSIVE)


class Indicator(StrEnum):
    """What is measured. The member's comment gives the unit of the measured value."""

    SUCCESS = "success"  # share of planned requests that are ok
    LATENCY = "latency"  # share of planned requests that are ok within ``within_ms``
    FIRST_ATTEMPT = "first-attempt"  # share of planned requests that are ok without a retry
    MEAN_LATENCY = "mean-latency"  # ms over all planned requests
    TIMEOUTS = "timeouts"  # count of requests
    THROUGHPUT = "throughput"  # ok answers/s in the worst stretch of ``window_s``
    REPLICA_RANGE = "replica-range"  # count of samples outside the plan's range
    SCALING_ACTIVE = "scaling-active"  # s in which the HPA could not scale
    SCALE_UP_LAG = "scale-up-lag"  # s from the load's rise until it is answered
    SCALE_DOWN_LAG = "scale-down-lag"  # s from the load's fall until desired is at the minimum
    SCALING_STEPS = "scaling-steps"  # count of steps beyond the HPA's policies
    SCALING_REVERSALS = "scaling-reversals"  # most changes of direction in one window
    EARLY_DOWN_STEPS = "early-down-steps"  # count of steps down inside the down window
    REPLICA_WRITERS = "replica-writers"  # count of writes of spec.replicas by anyone else
    READY_LAG = "ready-lag"  # s for which Ready differed from desired, at the longest
    READY_REPLICAS = "ready-replicas"  # the least count at any instant
    REPLICA_SPREAD = "replica-spread"  # % by which a replica's share is off a fair one
    ARM_SPLIT = "arm-split"  # percentage points by which an arm's share is off the plan's
    SERVED_AGAIN = "served-again"  # s from the fault until clients are served again
    REPLICA_REPLACED = "replica-replaced"  # s from the fault until the successor is Ready
    PARITY = "parity"  # count of answers that are not the golden set's
    PROXY_RETRIES = "proxy-retries"  # the proxies' retries for each 100 good answers
    EJECTIONS = "ejections"  # count of times that a proxy left a replica out for its errors
    PROXY_OVERFLOWS = "proxy-overflows"  # count of attempts that the proxies' limits forbade
    UNDO = "undo"  # count of faults still in the cluster; seatrial's own promise


class PhaseName(StrEnum):
    """The stretches of a trial that can be judged. ``settle`` belongs to none of them."""

    BASELINE = "baseline"
    FAULT = "fault"  # from the fault's actual instant to the end of the plan's fault phase
    RECOVERY = "recovery"
    SURGE = "surge"  # a higher rate, to which the autoscaler has to answer
    CALM = "calm"  # the low rate again
    WHOLE = "whole"  # everything after settle
    OUTSIDE = "outside"  # whole without fault

    @property
    def words(self) -> str:
        """The phase as it reads in a sentence."""
        return _PHASE_WORDS[self]


_PHASE_WORDS = {
    PhaseName.BASELINE: "in the baseline",
    PhaseName.FAULT: "in the fault window",
    PhaseName.RECOVERY: "in the recovery",
    PhaseName.SURGE: "in the surge",
    PhaseName.CALM: "in the calm",
    PhaseName.WHOLE: "over the whole trial",
    PhaseName.OUTSIDE: "outside the fault window",
}


class Op(StrEnum):
    """OpenSLO's comparison of a measured value with the promised one."""

    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"

    @property
    def sign(self) -> str:
        """The comparison as a sign."""
        return {Op.LT: "<", Op.LTE: "≤", Op.GT: ">", Op.GTE: "≥"}[self]

    def holds(self, seen: float, promised: float) -> bool:
        """Tell whether ``seen`` keeps the promise; a NaN keeps none."""
        return {
            Op.LT: seen < promised,
            Op.LTE: seen <= promised,
            Op.GT: seen > promised,
            Op.GTE: seen >= promised,
        }[self]


class Each(StrEnum):
    """Whose requests an objective is judged for one by one; the worst of them decides."""

    ARM = "arm"  # every arm of the plan
    REPLICA = "replica"  # every replica that was Ready in the phase


class Failure(StrEnum):
    """How a request fails. One that was never sent is neither: it always counts as bad."""

    ERROR = "error"  # any other answer than a prediction, or none, that is no timeout
    TIMEOUT = "timeout"  # the client's deadline, or a 504


@dataclass(frozen=True, slots=True)
class Objective:
    """One promise about one phase of a trial.

    ``name`` is unique among the objectives judged together. ``value`` has the indicator's unit.
    ``floor`` is the least N that can decide it. ``within_ms`` is the latency that a good request
    stays below. ``arm`` narrows to one arm of the plan; ``each`` judges all arms, or replicas.
    ``window_s`` is the length of the stretch that throughput and serving must hold over;
    ``grace_s`` is how far into the phase scaling-active begins to count.
    ``good_ratio`` is the least share of ok requests in such a stretch (served-again), whose share
    within ``within_ms`` must be at least ``fast_ratio``. ``scenarios`` are those it is promised in.
    ``bad`` are the failures that a success ratio counts, all of them where it is empty.
    ``faults`` are the kinds of faults it is promised under, any and none where it is empty.
    """

    name: str
    title: str
    indicator: Indicator
    phase: PhaseName
    op: Op
    value: float
    floor: int = 1
    within_ms: float | None = None
    arm: str | None = None
    window_s: float | None = None
    good_ratio: float | None = None
    fast_ratio: float | None = None
    severity: str = "critical"
    source: str = ""
    scenarios: tuple[str, ...] = SCENARIOS[:1]
    each: Each | None = None
    budget_s: float | None = None
    grace_s: float | None = None
    bad: tuple[Failure, ...] = ()
    faults: tuple[str, ...] = ()

    def promised_in(self, plan: Plan) -> bool:
        """Tell whether it is promised in a trial with this plan: by its scenario and its fault."""
        kind = plan.experiment.rpartition(".")[0]
        return plan.judged_as in self.scenarios and (not self.faults or kind in self.faults)


@dataclass(frozen=True, slots=True)
class Records:
    """Where the records behind a verdict are: a file of the trial's directory and places in it.

    ``what`` says which records they are. ``rows`` are the first of ``count``: positions from 0 in
    ``requests.npy`` as it was saved and in lists of JSON, lines from 1 in ``*.jsonl``.
    """

    file: str
    what: str
    count: int
    rows: tuple[int, ...] = field(compare=False)  # the same record stands elsewhere in other files

    def __str__(self) -> str:
        """Count, what they are and the first places: ``93 against it: 4811, 4812, ...``."""
        more = ", ..." if self.count > len(self.rows) else ""
        return f"{self.count:,} {self.what}: {', '.join(map(str, self.rows))}{more}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one trial says of one objective. ``reason`` is one line that stands by itself.

    ``objective`` is the objective's name. ``n`` counts what was measured: requests, or samples.
    ``value`` is the measured value in the indicator's unit, None where there is none. ``guards``
    names what kept the trial from deciding. ``records`` are what spoke against the promise, or all
    that was judged where nothing did. ``budget_spent`` is the share (1 is all) of the error budget
    of ``Objective.budget_s`` that this trial's failures spent; None where none is promised.
    ``kept_by_retries`` tells that the promise was kept, and only by the proxy's retries.
    """

    objective: str
    title: str
    indicator: Indicator
    phase: PhaseName
    outcome: Outcome
    promised: str
    seen: str
    bound: str | None
    n: int
    reason: str
    value: float | None = None
    severity: str = "critical"
    guards: tuple[str, ...] = ()
    records: tuple[Records, ...] = ()
    budget_spent: float | None = None
    kept_by_retries: bool = False
