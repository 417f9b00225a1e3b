"""Each guard has a name that slos/README.md explains, a sentence, and a mend."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import slo
from seatrial.slo import Indicator, Objective, Op, Outcome, PhaseName
from seatrial.slo.guards.undecided import MENDS, unable

if TYPE_CHECKING:
    from conftest import Trial

ROOT = Path(__file__).parents[2]
WIDE = Objective("x", "x", Indicator.SUCCESS, PhaseName.WHOLE, Op.GTE, 0.5)


def named_in_code() -> set[str]:
    """Return the first argument of every ``Guard(…)`` in the source, and the rules' own names."""
    found = set(MENDS)
    for path in (ROOT / "src" / "seatrial" / "slo").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Guard":
                first = node.args[0]
                found |= {str(first.value)} if isinstance(first, ast.Constant) else set()
    return found


def test_every_guard_is_explained_and_none_is_invented() -> None:
    """The tables in slos/README.md name exactly the guards that the code can raise."""
    text = (ROOT / "slos" / "README.md").read_text(encoding="utf-8")
    section = text.split("## What keeps a trial from deciding")[1]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert {name for cell in cells for name in re.findall(r"`([\w-]+)`", cell)} == named_in_code()


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
