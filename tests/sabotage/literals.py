"""Literal Timelines for the cells that no cluster can time: one damage each to a healthy trial."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seatrial.slo import Outcome
from seatrial.timeline import ERROR_KINDS, ScalingPolicy, ScalingRules

from .sabotage import Sabotage
from .surges import AUTOSCALING

if TYPE_CHECKING:
    from tests.timelines import Trial

DEADLINE_NS = 1_000_000_000


def at_the_deadline(trial: Trial) -> None:
    """End one request without an answer at the very nanosecond of its deadline."""
    (one,) = trial.at(30, 40)[:1]
    trial.fail([one], "deadline")
    trial.requests["end"][one] = trial.requests["intended"][one] + DEADLINE_NS


def before_the_deadline(trial: Trial) -> None:
    """Answer one request a nanosecond before its deadline: late, but no timeout."""
    (one,) = trial.at(30, 40)[:1]
    trial.requests["end"][one] = trial.requests["intended"][one] + DEADLINE_NS - 1


def clock_jump(trial: Trial) -> None:
    """Let the wall clock jump by 0.6 s in the middle."""
    trial.report(clock_jump_ns=600_000_000)


def cut_short(trial: Trial) -> None:
    """Abort the fault five seconds after it began; a request has timed out by then."""
    began = trial.faults[0].started_ns
    trial.fault(aborted_ns=began + 5 * trial.second)
    trial.fail(trial.at(41, 44)[:1], "deadline")


def restless_autoscaler(trial: Trial) -> None:
    """Let the autoscaler's desired count jump from 3 to 9 and back, twice within seconds."""
    rules: dict[str, Any] = {
        "scale_up": ScalingRules(60, "Max", (ScalingPolicy("Percent", 100, 60),), 0.1),
        "scale_down": ScalingRules(300, "Max", (ScalingPolicy("Percent", 10, 60),), 0.1),
    }
    trial.autoscaler = tuple(replace(item, **rules) for item in trial.autoscaler)
    for index, desired in zip(range(10, 14), (9, 3, 9, 3), strict=True):
        trial.sample("autoscaler", index, desired=desired)


def meddled_with(trial: Trial) -> None:
    """Let somebody scale the workload beyond the range, at 75 s of the autoscaling trial."""
    by: dict[str, Any] = {"replicas_writer": "kubectl/scale", "spec_replicas": 9, "generation": 9}
    trial.workload = tuple(
        replace(item, **by) if item.at_ns >= 75 * trial.second else item for item in trial.workload
    )


def blind(trial: Trial) -> None:
    """Leave the autoscaler without metrics from 100 s to 140 s of the autoscaling trial."""
    trial.autoscaler = tuple(
        replace(item, scaling_active=False, active_reason="FailedGetResourceMetric")
        if 100 * trial.second <= item.at_ns < 140 * trial.second
        else item
        for item in trial.autoscaler
    )


def night_of_harm(trial: Trial) -> None:
    """Break every promise of the night that a killed replica is held to."""
    trial.fail(trial.at(45, 100)[::10])
    wrong = trial.at(60, 62)[:3]
    trial.requests["error"][wrong] = ERROR_KINDS.index("differs")
    trial.fault(undone=False, note="the rollback failed")
    trial.replicas = tuple(item for item in trial.replicas if item.uid != "d")


def graceless_eviction(trial: Trial) -> None:
    """Lose one request in a hundred to an eviction, which is to lose none."""
    trial.plan = replace(trial.plan, experiment="evict-replica.yaml")
    trial.fail(trial.at(41, 99)[::100])


LITERALS = (
    Sabotage(
        "night-of-harm",
        "a killed replica has no successor, one request in ten fails, answers are wrong",
        {
            "nightly-success-killed": Outcome.FAIL,
            "nightly-served-again": Outcome.FAIL,
            "nightly-replica-replaced": Outcome.FAIL,
            "nightly-parity": Outcome.FAIL,
            "nightly-undo": Outcome.FAIL,
        },
        damage=night_of_harm,
        scenario="nightly",
    ),
    Sabotage(
        "graceless-eviction",
        "an evicted replica takes one request in a hundred along",
        {"nightly-success-graceful": Outcome.FAIL, "nightly-undo": Outcome.PASS},
        damage=graceless_eviction,
        scenario="nightly",
    ),
    Sabotage(
        "restless-surge",
        "the autoscaler jumps to 9 and back, twice, as the load rises",
        {
            "scaling-steps": Outcome.FAIL,
            "scaling-reversals": Outcome.FAIL,
            "early-down-steps": Outcome.FAIL,
            "replica-range": Outcome.FAIL,
            "autoscaling-success-*": Outcome.PASS,
        },
        damage=restless_autoscaler,
        scenario=AUTOSCALING,
    ),
    Sabotage(
        "meddled-with",
        "somebody scales the workload beyond its range while the load is high",
        {
            "replica-range": Outcome.FAIL,
            "replica-writers": Outcome.FAIL,
            "scale-up-lag": Outcome.PASS,
        },
        damage=meddled_with,
        scenario=AUTOSCALING,
        says={"replica-writers": "kubectl/scale wrote 9"},
    ),
    Sabotage(
        "blind-autoscaler",
        "the autoscaler has no metrics for 40 s while the load is high",
        {"scaling-active": Outcome.FAIL, "autoscaling-success-*": Outcome.PASS},
        damage=blind,
        scenario=AUTOSCALING,
    ),
    Sabotage(
        "restless-autoscaler",
        "the autoscaler jumps from 3 to 9 and back, twice: no real one does on purpose",
        {
            "scaling-steps": Outcome.FAIL,
            "scaling-reversals": Outcome.FAIL,
            "early-down-steps": Outcome.FAIL,
            "success-whole": Outcome.PASS,
        },
        damage=restless_autoscaler,
    ),
    Sabotage(
        "at-the-deadline",
        "one request of thousands has no answer at exactly its deadline",
        {"timeouts": Outcome.FAIL, "success-*": Outcome.PASS},
        damage=at_the_deadline,
    ),
    Sabotage(
        "before-the-deadline",
        "one request of thousands is answered 1 ns before its deadline",
        {"timeouts": Outcome.PASS, "success-*": Outcome.PASS},
        damage=before_the_deadline,
    ),
    Sabotage(
        "fault-cut-short",
        "the fault is aborted after five seconds, because clients lose too much",
        {"timeouts": Outcome.FAIL, "replica-replaced": Outcome.INCONCLUSIVE},
        {"the fault's whole time": "success-*"},
        damage=cut_short,
    ),
    Sabotage(
        "clock-jump",
        "the wall clock is set during the trial",
        {"timeouts": Outcome.INCONCLUSIVE, "replica-*": Outcome.INCONCLUSIVE},
        {"clock": "success-*"},
        damage=clock_jump,
    ),
)
