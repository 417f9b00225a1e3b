"""What must not matter to a verdict, and what must never make it better, over generated trials."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st

from seatrial import slo, timeline
from seatrial.slo import Each, Indicator, Objective, Op, Outcome, PhaseName
from seatrial.slo.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from seatrial.slo import Verdict
    from tests.slo.conftest import Trial

#: The same examples in every run, so few that all of them take some seconds.
SEEDED = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=(Stage.generate,),  # a failing example is not shrunk: that would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
RANK = {Outcome.FAIL: 0, Outcome.INCONCLUSIVE: 1, Outcome.PASS: 2}
#: A split is one of answers: a request without one is of no known arm or replica, and moves the
#: observed shares. It may leave a FAIL undecided, but lets nothing PASS.
SHARES = (Indicator.ARM_SPLIT, Indicator.REPLICA_SPREAD)
SAMPLED = tuple(item.removesuffix(".jsonl") for item in timeline.store.SAMPLES)
KINDS = ("reset", "status", "deadline", "gateway-timeout", "connect")
PHASES = (PhaseName.FAULT, PhaseName.WHOLE)
NAMED: dict[str, tuple[Indicator, Op, float, dict[str, Any]]] = {
    "good": (Indicator.SUCCESS, Op.GTE, 0.97, {}),
    "arm": (Indicator.SUCCESS, Op.GTE, 0.97, {"arm": "enhanced-predictor"}),
    "arms": (Indicator.SUCCESS, Op.GTE, 0.95, {"each": Each.ARM}),
    "replicas": (Indicator.LATENCY, Op.GTE, 0.9, {"each": Each.REPLICA, "within_ms": 20.0}),
    "fast": (Indicator.LATENCY, Op.GTE, 0.95, {"within_ms": 20.0}),
    "mean": (Indicator.MEAN_LATENCY, Op.LT, 25.0, {}),
    "late": (Indicator.TIMEOUTS, Op.LTE, 20.0, {}),
    "rate": (Indicator.THROUGHPUT, Op.GTE, 90.0, {"window_s": 10.0}),
}

harms = st.lists(
    st.tuples(
        st.sampled_from(("fail", "slow", "retry", "move", "starve")),
        st.integers(5, 125),  # from this second
        st.integers(1, 30),  # for so many seconds
        st.sampled_from((1, 2, 7, 40)),  # each such request
        st.sampled_from(KINDS),
    ),
    max_size=4,
)
blindness = st.sampled_from(("", "replicas", "endpoints", "autoscaler", "workload", "objects"))


def objectives_of(trial: Trial) -> tuple[Objective, ...]:
    """Return the default objectives and more: each indicator of requests in each phase."""
    more = tuple(
        Objective(f"{name}-{phase}", name, indicator, phase, op, value, **others)
        for (name, (indicator, op, value, others)), phase in product(NAMED.items(), PHASES)
    )
    return (*trial.defaults(), *more)


def judged(trial: Trial) -> dict[str, Verdict]:
    """Return each verdict by its objective's name."""
    found = slo.judge(trial.timeline(), objectives_of(trial))
    return {item.objective: item for item in found}


def harmed(trial: Trial, what: list[tuple[str, int, int, int, str]], blind: str) -> Trial:
    """Do some harm to a healthy trial, and blind one instrument for 20 s."""
    for how, start, seconds, each, kind in what:
        hit = trial.at(start, start + seconds)[::each]
        if how == "fail":
            trial.fail(hit, kind, 503 if kind == "status" else 0)
        elif how == "slow":
            trial.slow(hit, 60.0)
        elif how == "retry":
            trial.requests["retries"][hit] = 1
        elif how == "move":
            trial.requests["arm"][hit] = 1
        else:
            trial.requests["replica"][hit] = 0
    if blind:
        gap = range(60 * trial.second, 80 * trial.second)
        kept = tuple(item for item in getattr(trial, blind) if item.at_ns not in gap)
        setattr(trial, blind, kept)
    return trial


def test_every_indicator_is_among_the_objectives(trial: Trial) -> None:
    """An indicator that no objective here has would be left out in silence."""
    assert {item.indicator for item in objectives_of(trial)} == set(RULES)


@SEEDED
@given(what=harms, blind=blindness, seed=st.integers(0, 2**32 - 1))
def test_the_order_of_records_does_not_matter(
    new_trial: Callable[[], Trial], what: list[Any], blind: str, seed: int
) -> None:
    """Requests and samples in any order give the same verdicts, word for word."""
    trial = harmed(new_trial(), what, blind)
    before = judged(trial)
    random = np.random.default_rng(seed)
    trial.requests = random.permutation(trial.requests)
    for name in SAMPLED:
        samples = getattr(trial, name)
        setattr(trial, name, tuple(samples[index] for index in random.permutation(len(samples))))
    assert judged(trial) == before


@SEEDED
@given(what=harms, blind=blindness, seed=st.integers(0, 2**32 - 1), shards=st.integers(2, 5))
def test_records_of_several_load_processes_merge_exactly(
    new_trial: Callable[[], Trial], what: list[Any], blind: str, seed: int, shards: int
) -> None:
    """Shards of the load, each in its own order and the replicas under other codes: no matter."""
    trial = harmed(new_trial(), what, blind)
    before = judged(trial)
    random = np.random.default_rng(seed)
    shard = random.integers(0, shards, trial.requests.size)
    assert trial.load is not None
    codes = random.permutation(len(trial.load.replicas))
    merged = np.concatenate([trial.requests[shard == index] for index in range(shards)])
    known = merged["replica"] != timeline.NO_REPLICA
    merged["replica"][known] = codes[merged["replica"][known]]
    trial.requests = merged
    named = dict(zip(codes.tolist(), trial.load.replicas, strict=True))
    trial.report(replicas=tuple(named[code] for code in sorted(named)))
    assert judged(trial) == before


@SEEDED
@given(what=harms, blind=blindness, offset=st.integers(1, 10**15))
def test_the_clocks_zero_does_not_matter(
    new_trial: Callable[[], Trial], what: list[Any], blind: str, offset: int
) -> None:
    """All instants later by the same time, the epoch earlier: what was measured is the same."""
    trial = harmed(new_trial(), what, blind)
    before = judged(trial)
    shift(trial, offset)
    after = judged(trial)
    for name, verdict in before.items():
        assert after[name].outcome is verdict.outcome, after[name].reason
        assert after[name].guards == verdict.guards
        assert after[name].n == verdict.n
        seen = None if verdict.value is None else pytest.approx(verdict.value, rel=1e-9)
        assert after[name].value == seen


def shift(trial: Trial, offset: int) -> None:
    """Move every instant of a trial by so many ns."""
    epoch = trial.plan.epoch_monotonic_ns - offset
    phases = tuple(moved(item, offset) for item in trial.plan.phases)
    trial.plan = replace(trial.plan, phases=phases, epoch_monotonic_ns=epoch)
    for name in (*SAMPLED, "faults"):
        setattr(trial, name, tuple(moved(item, offset) for item in getattr(trial, name)))
    for name in ("load", "declared", "lease"):
        setattr(trial, name, moved(getattr(trial, name), offset))
    for name in ("intended", "end"):
        trial.requests[name] += offset
    trial.requests["sent"][trial.requests["sent"] >= 0] += offset


def moved(value: Any, offset: int) -> Any:  # noqa: ANN401 -- any value of a Timeline
    """Move the instants of a value: its fields whose names end with ``_ns``."""
    names = [item.name for item in fields(value) if item.name.endswith("_ns")]
    # A jump is a length of time, a cut at 0 is none, and what never happened has no instant.
    kept = {"clock_jump_ns"} | {name for name in names if name == "cut_ns" and not value.cut_ns}
    kept |= {name for name in names if getattr(value, name) is None}
    return replace(value, **{n: getattr(value, n) + offset for n in names if n not in kept})


@SEEDED
@given(what=harms, blind=blindness, which=st.integers(0, 15_599), kind=st.sampled_from(KINDS))
def test_one_more_failure_improves_no_verdict(
    new_trial: Callable[[], Trial], what: list[Any], blind: str, which: int, kind: str
) -> None:
    """Whatever was harmed already, another request that fails leaves no verdict better."""
    trial = harmed(new_trial(), what, blind)
    before = judged(trial)
    trial.fail([which], kind, 503 if kind == "status" else 0)
    trial.slow([which], 1000.0 if kind == "deadline" else 3.0)
    assert_no_better(before, judged(trial))


@SEEDED
@given(
    what=harms, blind=blindness, at_ns=st.integers(0, 129_999_999_999), kind=st.sampled_from(KINDS)
)
def test_one_more_failed_request_improves_no_verdict(
    new_trial: Callable[[], Trial], what: list[Any], blind: str, at_ns: int, kind: str
) -> None:
    """A request more in plan and record that failed: N grows, and no promise is kept by that."""
    trial = harmed(new_trial(), what, blind)
    before = judged(trial)
    add(trial, at_ns)
    trial.fail([-1], kind, 503 if kind == "status" else 0)
    assert_no_better(before, judged(trial))


def add(trial: Trial, at_ns: int) -> None:
    """Plan and record one more request."""
    one: NDArray[Any] = np.zeros(1, dtype=timeline.REQUEST)
    one["intended"], one["sent"], one["end"] = at_ns, at_ns + 100_000, at_ns + 3_000_000
    trial.requests = np.concatenate([trial.requests, one])
    count = trial.requests.size
    trial.plan = replace(trial.plan, planned=count)
    trial.report(planned=count, recorded=count)


def assert_no_better(before: dict[str, Verdict], after: dict[str, Verdict]) -> None:
    """Fail for a verdict that became better; of shares, for one that became PASS."""
    for name, verdict in before.items():
        worst = RANK[Outcome.INCONCLUSIVE] if verdict.indicator in SHARES else 0
        assert RANK[after[name].outcome] <= max(RANK[verdict.outcome], worst), (
            f"{verdict.reason}\nbecame\n{after[name].reason}"
        )
