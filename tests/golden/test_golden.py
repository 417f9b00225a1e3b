"""A golden set is read whole or refused with its reason, and never one that could not fail."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.golden import (
    ANY_ARM,
    DecodeError,
    GoldenError,
    Output,
    Tolerance,
    decode,
    difference,
    read,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

ARMS = ("one", "two")


def _tensor(*data: float | str, kind: str = "FP64") -> dict[str, Any]:
    return {"name": "predict", "datatype": kind, "shape": [len(data)], "data": list(data)}


@pytest.fixture
def content() -> dict[str, Any]:
    """Return a small golden set as its file has it: two inputs, two arms, four answers."""
    return {
        "schema": "seatrial.golden/1",
        "tolerance": {"relative": 0.01, "absolute": 0.001},
        "inputs": [
            {
                "request": {"inputs": [{"name": "x", "data": [number]}]},
                "expected": {
                    arm: [_tensor(number + share)]
                    for arm, share in zip(ARMS, (0.2, 0.4), strict=True)
                },
            }
            for number in (1, 2)
        ],
    }


def _saved(folder: Path, content: dict[str, Any]) -> Path:
    file = folder / "golden.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_what_is_written_is_what_is_read(tmp_path: Path, content: dict[str, Any]) -> None:
    """Bodies, answers and tolerance survive their file, and every arm's answer is found."""
    found = read(_saved(tmp_path, content))
    write(found, tmp_path / "again.json")
    assert read(tmp_path / "again.json") == found
    assert json.loads(found.bodies[1]) == content["inputs"][1]["request"]
    assert found.expected(1, "two") == (Output("predict", "FP64", (1,), (2.4,)),)
    assert found.expected(1, "three") is None


def test_any_arm_answers_for_all(tmp_path: Path, content: dict[str, Any]) -> None:
    """Under * the same is expected of every arm, of an unknown one too."""
    for item in content["inputs"]:
        item["expected"] = {ANY_ARM: item["expected"]["one"]}
    found = read(_saved(tmp_path, content))
    assert found.arms == (ANY_ARM,)
    assert found.expected(0, "") == found.expected(0, "two") != found.expected(1, "two")


@pytest.mark.parametrize(
    ("way", "value", "named"),
    [
        (("schema",), "seatrial.golden/2", "schema"),
        (("inputs",), [], "inputs"),
        (("tolerance", "absolute"), -1.0, "tolerance.absolute"),
        (("inputs", 0, "expect"), {}, "inputs.0.expect"),
        (("inputs", 1, "expected", "one", 0, "data"), [], "inputs.1.expected.one.0.data"),
        (("inputs", 1, "expected", "one", 0, "shape"), [2], "1 elements for the shape"),
        (("inputs", 1, "expected", "one", 0, "datatype"), "FP65", "datatype FP65"),
        (("inputs", 1, "expected", "one", 0, "datatype"), "INT64", "the element 2.2"),
        (("inputs", 1, "expected", "one", 0, "datatype"), "BYTES", "the element 2.2"),
        (("inputs", 1, "expected", ANY_ARM), [_tensor(1.0)], "input 1: answers of"),
    ],
)
def test_a_file_that_is_no_golden_set_is_refused(
    tmp_path: Path, content: dict[str, Any], way: tuple[Any, ...], value: object, named: str
) -> None:
    """The error names the file and what in it is not what it must be."""
    place = content
    for part in way[:-1]:
        place = place[part]
    place[way[-1]] = value
    with pytest.raises(GoldenError) as refused:
        read(_saved(tmp_path, content))
    assert named in str(refused.value)
    assert "golden.json" in str(refused.value)


def test_a_missing_file_is_told_with_its_mend(tmp_path: Path) -> None:
    """Where there is no file the error says how to get one."""
    with pytest.raises(GoldenError, match="seatrial golden record"):
        read(tmp_path / "none.json")


def test_inputs_that_are_all_answered_alike_are_refused(
    tmp_path: Path, content: dict[str, Any]
) -> None:
    """A set in which an arm gives every input the same answer would pass a model that never looks.

    Alike within the tolerance is alike.
    """
    one, two = (item["expected"] for item in content["inputs"])
    two["one"] = [_tensor(one["one"][0]["data"][0] * 1.009)]
    with pytest.raises(GoldenError, match="one answers all 2 inputs alike"):
        read(_saved(tmp_path, content))


def test_arms_that_answer_alike_are_refused(tmp_path: Path, content: dict[str, Any]) -> None:
    """A set that can't tell its arms apart would pass answers of the wrong one."""
    for item in content["inputs"]:
        item["expected"]["two"] = deepcopy(item["expected"]["one"])
    with pytest.raises(GoldenError, match="one and two answer every input alike"):
        read(_saved(tmp_path, content))


WITHIN = Tolerance(relative=0.01, absolute=0.001)


@pytest.mark.parametrize(
    ("kind", "expected", "came", "same"),
    [
        ("FP32", [1.0], [1.0109], True),
        ("FP32", [1.0], [1.0111], False),
        ("FP64", [0.0], [0.0009], True),
        ("FP64", [-2.0], [-1.979], True),
        ("FP64", [-2.0], [-1.978], False),
        ("FP64", [1.0], [float("nan")], False),
        ("FP64", [1.0], [float("inf")], False),
        ("FP64", [1.0], ["1.0"], False),
        ("FP64", [1.0, 2.0], [[1.0], [2.0]], True),
        ("FP64", [1.0], [1.0, 2.0], False),
        ("INT64", [1000], [1001], False),
        ("INT64", [1], [1], True),
        ("BYTES", ["up"], ["up"], True),
        ("BYTES", ["up"], ["down"], False),
        ("BOOL", [True], [False], False),
    ],
)
def test_floats_agree_within_the_tolerance_and_all_else_exactly(
    kind: str,
    expected: list[Any],
    came: list[Any],
    same: bool,  # noqa: FBT001 -- a parameter
) -> None:
    """Absolute plus relative tolerance for floats, nothing for whole numbers and strings."""
    wanted = [Output("predict", kind, (len(expected),), tuple(expected))]
    answer = _tensor(*expected, kind=kind) | {"data": came}
    text = difference(wanted, decode([answer]), WITHIN)
    assert (text == "") is same
    assert same or "expected" in text


@pytest.mark.parametrize("change", [{"name": "other"}, {"datatype": "FP32"}, {"shape": [1, 1]}])
def test_another_form_is_another_answer(change: dict[str, Any]) -> None:
    """The same figures under another name, datatype or shape differ."""
    wanted = decode([_tensor(1.0)])
    assert not difference(wanted, decode([_tensor(1.0)]), WITHIN)
    assert difference(wanted, decode([_tensor(1.0) | change]), WITHIN)


def test_outputs_are_found_by_name() -> None:
    """The order of outputs makes no difference, one more or one less does."""
    one, two = _tensor(1.0), _tensor(2.0) | {"name": "score"}
    wanted = decode([one, two])
    assert not difference(wanted, decode([two, one]), WITHIN)
    assert difference(wanted, decode([one]), WITHIN)
    assert difference(wanted, decode([one, two, two]), WITHIN)


@pytest.mark.parametrize("outputs", [None, [], [3], [{"name": "x"}], [_tensor() | {"data": [{}]}]])
def test_what_is_no_output_is_said(outputs: object) -> None:
    """Anything but named tensors is refused, never taken for an answer."""
    with pytest.raises(DecodeError):
        decode(outputs)
