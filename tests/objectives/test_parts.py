"""The parts of a document that mean the same for every ratio: budget, arm, each."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial import objectives
from seatrial.slo import Each, Objective

STRICT = (Path(__file__).parents[2] / "slos/success-outside-fault.yaml").read_text("utf-8")
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
