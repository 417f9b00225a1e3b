"""A fault as a test asks for it: its trial's name, its load, and what is refused of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.config import read
from seatrial.errors import UsageError
from seatrial.trial import FaultCall, LoadCall, nightly
from seatrial.trial.plan import make_plan

ROOT = Path(__file__).parents[2]
CONFIG = read(ROOT / "seatrial.toml")


def test_the_kind_alone_is_the_trials_name() -> None:
    """With parameters a digest of them is added, so that no two trials share a folder."""
    plain = FaultCall.of("kill-replica", {}, {})
    one = FaultCall.of("kill-replica", {"replica": "mlserver-0"}, {})
    other = FaultCall.of("kill-replica", {}, {"rate": 200})
    assert plain.name == "kill-replica"
    assert one.name.startswith("kill-replica-")
    assert len({plain.name, one.name, other.name}) == 3


def test_calls_that_ask_for_the_same_are_one_trial() -> None:
    """Two tests that ask alike share it, in whatever order their arguments stand."""
    one = FaultCall.of("delete-replicas", {"count": 2, "replica": "a"}, {"rate": 50})
    other = FaultCall.of("delete-replicas", {"replica": "a", "count": 2}, {"rate": 50.0})
    assert one == other
    assert one.name == other.name


def test_parameters_reach_the_experiment() -> None:
    """Which replica, how long and how hard are variables that the experiment reads."""
    call = FaultCall.of("delete-replicas", {"seconds": 7, "replica": "ml-0", "count": 2}, {})
    assert dict(call.environment) == {
        "SEATRIAL_FAULT_NAME": "ml-0",
        "SEATRIAL_FAULT_S": "7.0",
        "SEATRIAL_FAULT_COUNT": "2",
    }
    assert FaultCall.of("kill-replica", {}, {}).environment == ()


def test_any_load_plan_can_be_asked_for() -> None:
    """What the load says replaces the night's; the rest stays."""
    made = nightly(CONFIG, FaultCall.of("kill-replica", {}, {"rate": 200, "fault_s": 30}))
    plan = make_plan(made.settings(CONFIG), made, trial="t", epoch_wall="", epoch_monotonic_ns=0)
    table = CONFIG.nightly
    assert [(item.name, item.rate) for item in plan.phases] == [
        (name, 200) for name in ("settle", "baseline", "fault", "recovery")
    ]
    assert plan.planned == 200 * (table.settle_s + table.baseline_s + 30 + table.recovery_s)
    assert (plan.judged_as, plan.experiment) == ("nightly", "kill-replica.yaml")


def test_replacing_every_replica_has_a_longer_phase() -> None:
    """There and back takes minutes; a test that says how long it wants has that."""
    table = CONFIG.nightly
    lengths = [
        dict(FaultCall.of(kind, {}, load).phases(table))["fault"].seconds
        for kind, load in (
            ("kill-replica", {}),
            ("rolling-restart", {}),
            ("rolling-restart", {"fault_s": 9}),
        )
    ]
    assert lengths == [table.fault_s, table.rollout_s, 9]


@pytest.mark.parametrize(
    ("kind", "given", "load", "words"),
    [
        ("kill-replicas", {}, {}, "find the fault kill-replicas"),
        ("kill-replica", {}, {"speed": 3}, "with speed"),
        ("kill-replica", {"seconds": "long"}, {}, "seconds"),
        ("kill-replica", {}, {"rate": -1}, "rate"),
        ("kill-replica", {}, {"rate": float("inf")}, "rate"),
    ],
)
def test_what_can_not_be_meant_is_refused(
    kind: str, given: dict[str, object], load: dict[str, object], words: str
) -> None:
    """A misspelt kind, an unknown part of a load, a length that is none: each named."""
    with pytest.raises(UsageError, match=words):
        FaultCall.of(kind, given, load)


def test_a_parameter_that_the_experiment_does_not_read_is_refused() -> None:
    """It would change nothing, and the test would judge another fault than it says."""
    FaultCall.of("kill-replica", {"replica": "mlserver-0"}, {}).check(CONFIG)
    with pytest.raises(UsageError, match=r"does not read SEATRIAL_FAULT_COUNT(.|\n)*selector"):
        FaultCall.of("kill-replica", {"count": 2}, {}).check(CONFIG)


def test_a_load_of_nothing_is_the_nights() -> None:
    """Without a word each phase has the table's length and rate."""
    phases = dict(LoadCall().phases(CONFIG.nightly))
    assert {name: stage.rate for name, stage in phases.items()} == dict.fromkeys(
        phases, CONFIG.nightly.rate
    )
    assert phases["fault"].seconds == CONFIG.nightly.fault_s
