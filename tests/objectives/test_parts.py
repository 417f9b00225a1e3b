"""The parts of a document that mean the same for every ratio: budget, arm, each."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial import objectives
from seatrial.slo import Each, Objective

STRICT = (Path(__file__).parents[2] / "slos/success-outside-fault.yaml").read_text("utf-8")
UNDO = (Path(__file__).parents[2] / "slos/undo.yaml").read_text("utf-8")
READY = (Path(__file__).parents[2] / "slos/ready-replicas.yaml").read_text("utf-8")
RATE = (Path(__file__).parents[2] / "slos/throughput.yaml").read_text("utf-8")
WINDOW = "  timeWindow:\n    - duration: 28d\n      isRolling: true\n"


def read(folder: Path, text: str) -> tuple[Objective, ...]:
    """Read one document."""
    path = folder / "slo.yaml"
    path.write_text(text, encoding="utf-8")
    return objectives.read(path)


@pytest.mark.parametrize(
    ("duration", "days"), [("28d", 28), ("2w", 14), ("90m", 1 / 16), ("1Y", 365.25), ("4Q", 365.25)]
)
def test_a_ratios_time_window_is_that_of_its_error_budget(
    tmp_path: Path, duration: str, days: float
) -> None:
    """OpenSLO's durations become seconds."""
    [found] = read(tmp_path, STRICT.replace("28d", duration))
    assert found.budget_s == pytest.approx(days * 86_400)


def test_a_promise_without_a_window_has_no_budget(tmp_path: Path) -> None:
    """No time window, no error budget."""
    assert WINDOW in STRICT
    [found] = read(tmp_path, STRICT.replace(WINDOW, ""))
    assert found.budget_s is None


@pytest.mark.parametrize("each", list(Each))
def test_each_arm_or_replica_is_asked_for_by_a_key(tmp_path: Path, each: Each) -> None:
    """One key in place of an arm's name, and every arm or replica is judged."""
    [found] = read(tmp_path, STRICT.replace("floor: 3000", f"each: {each}"))
    assert (found.each, found.arm) == (each, None)


@pytest.mark.parametrize(
    ("text", "was", "now"),
    [
        (UNDO, "value: 0", "value: 1"),
        (READY, "value: 2", "value: 0"),
        (READY, "op: gte\n      value: 2", "op: gt\n      value: -1"),
        (RATE, "value: 100", "value: 0"),
    ],
    ids=["a fault may be left", "no replica", "more than -1 replica", "no throughput"],
)
def test_what_the_worst_deployment_keeps_is_no_promise(
    tmp_path: Path, text: str, was: str, now: str
) -> None:
    """It would be judged PASS whatever happens, and is refused with its line."""
    assert was in text
    assert len(read(tmp_path, text)) == 1
    with pytest.raises(objectives.ObjectivesError) as caught:
        read(tmp_path, text.replace(was, now))
    assert "key spec.objectives[0].value" in caught.value.got
    assert "promises nothing" in caught.value.expected
