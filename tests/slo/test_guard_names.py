"""Each guard has a name that slos/README.md explains, a sentence, and a mend."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import slo
from seatrial.slo import Each, Indicator, Objective, Op, Outcome, PhaseName
from seatrial.slo.guards import CHECKS
from seatrial.slo.guards.undecided import ANY, MENDS, own, unable
from seatrial.slo.rules import RULES, by_origin
from tests.reach import reached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.slo.conftest import Trial

ROOT = Path(__file__).parents[2]
WIDE = Objective("x", "x", Indicator.SUCCESS, PhaseName.WHOLE, Op.GTE, 0.5)


def named_in(paths: Iterable[Path]) -> set[str]:
    """Return the first argument of every ``Guard(…)`` in these files."""
    return {
        str(node.args[0].value)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Guard"
        if isinstance(node.args[0], ast.Constant)
    }


def test_every_guard_is_explained_and_none_is_invented() -> None:
    """The tables in slos/README.md name exactly the guards that the code can raise."""
    text = (ROOT / "slos" / "README.md").read_text(encoding="utf-8")
    section = text.split("## What keeps a trial from deciding")[1]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    raised = named_in((ROOT / "src" / "seatrial" / "slo").rglob("*.py")) | set(MENDS)
    assert {name for cell in cells for name in re.findall(r"`([\w-]+)`", cell)} == raised


def test_the_table_of_checks_names_every_guard() -> None:
    """What ``explain`` reads is what the guards' modules can raise, no more and no less."""
    declared = {name for check in CHECKS for name in check.names}
    assert declared == named_in((ROOT / "src" / "seatrial" / "slo" / "guards").glob("*.py"))


@pytest.mark.parametrize("indicator", list(Indicator), ids=str)
def test_a_rule_raises_the_guards_that_are_declared_for_it(indicator: Indicator) -> None:
    """Read from the rule's own code, and from all that it calls: neither too many nor too few."""
    declared = set(own(replace(WIDE, indicator=indicator)))
    assert declared == reached(RULES[indicator]) | set(ANY)


def test_judging_an_arm_or_replicas_raises_what_is_declared_for_it() -> None:
    """Beside the rule's own: an arm that is not there, replicas that nobody can tell apart."""
    whole = set(own(WIDE))
    found = reached(by_origin)
    for whose in ({"arm": "a"}, {"each": Each.ARM}, {"each": Each.REPLICA}):
        more = set(own(replace(WIDE, **whose))) - whole
        assert more <= found
        assert more == ({"no-such-arm"} if whose != {"each": Each.REPLICA} else set())
    assert found <= {"no-such-arm", "not-measured", "sample-too-small"}


WATCHED = ("replicas", "endpoints", "autoscaler", "workload", "proxy", "objects")
HARM: dict[str, Callable[[Trial], None]] = {
    "the load process died": lambda trial: setattr(trial, "load", None),
    "no fault is recorded": lambda trial: setattr(trial, "faults", ()),
    "the fault was not undone": lambda trial: trial.fault(undone=False),
    "the fault was cut short": lambda trial: trial.fault(aborted_ns=trial.faults[0].started_ns + 1),
    "the fault took too long": lambda trial: trial.fault(ended_ns=trial.faults[0].ended_ns * 3),
    "nothing was watched": lambda trial: vars(trial).update(dict.fromkeys(WATCHED, ())),
    "the workload was never read back": lambda trial: setattr(trial, "declared", None),
    "the lease was lost": lambda trial: setattr(trial, "lease", None),
    "a proxy did not answer": lambda trial: setattr(
        trial, "proxy", tuple(replace(item, answered=False, upstreams=()) for item in trial.proxy)
    ),
    "requests are missing": lambda trial: setattr(trial, "requests", trial.requests[::2]),
    "there is hardly a request": lambda trial: setattr(trial, "requests", trial.requests[:1500]),
    "no answer names anybody": lambda trial: trial.requests.__setitem__("arm", 255),
}


@pytest.mark.parametrize("harm", list(HARM))
def test_no_verdict_names_a_guard_that_explain_does_not(trial: Trial, harm: str) -> None:
    """Whatever is wrong with a trial, each verdict's guards are among those of its explanation."""
    HARM[harm](trial)
    found = trial.verdicts()
    assert any(verdict.guards for verdict in found.values())
    for objective in trial.defaults():
        if objective.name in found:
            told = slo.explain(objective, [trial.plan]).guards
            assert set(found[objective.name].guards) <= set(told)


def test_a_rules_guard_is_told_with_its_mend() -> None:
    """The sentence has the name, what was seen and what mends it."""
    guard = unable("sample-too-small", "30 requests")
    assert str(guard).startswith("sample-too-small: 30 requests; give the phase more seconds")
    with pytest.raises(KeyError):
        unable("unknown", "whatever")


@pytest.mark.parametrize(
    ("objective", "guard"),
    [
        (replace(WIDE, floor=100_000), "sample-too-small"),
        (replace(WIDE, arm="nobody"), "no-such-arm"),
        (
            replace(WIDE, indicator=Indicator.THROUGHPUT, value=500.0, window_s=10.0),
            "load-too-low",
        ),
        (
            replace(WIDE, indicator=Indicator.THROUGHPUT, value=5.0, window_s=500.0),
            "phase-too-short",
        ),
        (
            replace(WIDE, indicator=Indicator.MEAN_LATENCY, op=Op.LT, value=1e3, floor=100_000),
            "sample-too-small",
        ),
        (
            replace(WIDE, indicator=Indicator.TIMEOUTS, op=Op.LTE, value=0, floor=100_000),
            "sample-too-small",
        ),
        (
            replace(WIDE, indicator=Indicator.ARM_SPLIT, op=Op.LTE, value=3.0, floor=100_000),
            "sample-too-small",
        ),
        (
            replace(WIDE, indicator=Indicator.REPLICA_SPREAD, op=Op.LTE, value=25, floor=100_000),
            "sample-too-small",
        ),
        (
            replace(WIDE, indicator=Indicator.PARITY, op=Op.LTE, value=0, floor=100_000),
            "sample-too-small",
        ),
    ],
)
def test_what_a_rule_can_not_decide_by_has_a_name(
    trial: Trial, objective: Objective, guard: str
) -> None:
    """A verdict without enough to go by is INCONCLUSIVE, and a program can tell why."""
    verdict = slo.judge(trial.timeline(), [objective])[0]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.guards == (guard,)
    assert MENDS[guard] in verdict.reason


def test_nothing_measured_has_a_name(trial: Trial) -> None:
    """No answer names its arm: the split is not measured."""
    trial.requests["arm"] = 255
    assert trial.verdicts()["arm-split"].guards == ("not-measured",)
