"""By its answers a sabotage is seen: bad or slow ones, or good ones that are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.golden import read
from seatrial.workload import SABOTAGES, WorkloadError
from seatrial.workload.asking import Answer
from seatrial.workload.signs import bad_or_slow, differs

GOLDEN = read(Path(__file__).parents[2] / "golden/financial-ab-test.json")
ARM = "baseline-predictor"


def _answer(*data: float, status: int = 200, seconds: float = 0.01, arm: str = ARM) -> Answer:
    tensor = {"name": "predict_proba", "datatype": "FP64", "shape": [1, 2], "data": data}
    return Answer(status, arm, "10.0.0.1:8080", seconds, json.dumps({"outputs": [tensor]}).encode())


def _right() -> list[float]:
    expected = GOLDEN.expected(0, ARM)
    assert expected is not None
    return [float(item) for item in expected[0].data]


@pytest.mark.parametrize(
    ("status", "seconds", "bad"), [(200, 0.01, 0), (503, 0.01, 1), (200, 1, 1)]
)
def test_an_error_or_a_slow_answer_is_bad(status: int, seconds: float, bad: int) -> None:
    """A good answer in time is no sign, an error or a late one is, golden set or not."""
    assert bad_or_slow(_answer(0.5, 0.5, status=status, seconds=seconds), None) == bool(bad)


def test_a_wrong_answer_differs_and_a_right_one_does_not() -> None:
    """The first input's answer is compared with the arm's that gave it."""
    right = _right()
    assert not differs(_answer(*right), GOLDEN)
    assert differs(_answer(*right[::-1]), GOLDEN)
    assert differs(_answer(*right, arm="enhanced-predictor"), GOLDEN)
    assert differs(Answer(200, ARM, "", 0.01, b"{}"), GOLDEN)
    assert differs(Answer(200, ARM, "", 0.01, b"no JSON"), GOLDEN)


def test_an_error_is_no_wrong_answer() -> None:
    """A 503, or an answer of no known arm, says nothing of the model."""
    assert not differs(_answer(0.0, 1.0, status=503), GOLDEN)
    assert not differs(_answer(0.0, 1.0, arm=""), GOLDEN)


def test_without_a_golden_set_nobody_knows_what_is_wrong() -> None:
    """A sabotage that shows by its answers needs the right ones."""
    with pytest.raises(WorkloadError, match="golden"):
        differs(_answer(0.0, 1.0), None)


def test_a_sabotage_in_a_part_is_asked_for_longer() -> None:
    """One replica's sabotage is missed by a row of answers less often than one in a million."""
    stale = SABOTAGES["stale-model"]
    assert (1 - stale.share) ** stale.row <= 1e-6
    assert SABOTAGES["slow-model"].row == 8
