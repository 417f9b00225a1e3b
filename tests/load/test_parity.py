"""Each good answer is compared with the golden set's for its input and arm, as it comes."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial.errors import UsageError
from seatrial.golden import ANY_ARM, Golden, Input, Output, Tolerance, write
from seatrial.load.parity import NONE, Parity
from seatrial.timeline import NO_ARM, Outcome, error_name

if TYPE_CHECKING:
    from pathlib import Path

    from tests.load.conftest import Load, Reply, Serve, Visit

ARMS = ("baseline-predictor", "enhanced-predictor")
INPUTS = 4


def _answers(number: int, arm: int) -> list[dict[str, object]]:
    return [{"name": "p", "datatype": "FP64", "shape": [1], "data": [number + arm / 2]}]


def _golden(*arms: str) -> Golden:
    """Return a set of INPUTS inputs; input n is its number, arm a answers n + a / 2."""
    return Golden(
        Tolerance(),
        tuple(
            Input(
                json.dumps({"number": number}, separators=(",", ":")).encode(),
                {
                    arm: (Output("p", "FP64", (1,), (number + index / 2,)),)
                    for index, arm in enumerate(arms)
                },
            )
            for number in range(INPUTS)
        ),
    )


def _asked(visit: Visit) -> int:
    return int(json.loads(visit.raw.partition(b"\r\n\r\n")[2])["number"])


def _body(outputs: object) -> bytes:
    # As a real server does: what differs from answer to answer is not the outputs.
    return json.dumps({"id": str(time.monotonic_ns()), "outputs": outputs}).encode()


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """Return the file of a golden set of two arms."""
    write(_golden(*ARMS), tmp_path / "golden.json")
    return tmp_path / "golden.json"


def _route(arm: int) -> str:
    return f"x-seldon-route: :{ARMS[arm]}_1:\r\n"


def test_inputs_are_sent_in_turn_and_right_answers_agree(
    serve: Serve, load: Load, reply: Reply, golden: Path
) -> None:
    """Request i carries input i modulo their number, and answers that are right differ nowhere."""

    def right(visit: Visit) -> None:
        arm = visit.number % 2
        body = _body(_answers(_asked(visit), arm))
        visit.reply(reply(200, body, headers=_route(arm)))

    server = serve(right)
    requests, report = load(server.port, bodies=_golden(*ARMS).bodies, golden=golden)
    assert (requests["outcome"] == Outcome.OK).all()
    assert {error_name(item) for item in requests["error"]} == {"none"}
    assert (report.golden, report.differences) == (INPUTS, ())
    sent = [json.loads(raw.partition(b"\r\n\r\n")[2])["number"] for raw in server.requests]
    assert np.bincount(sent).tolist() == [13, 13, 12, 12]


def test_a_wrong_answer_stays_ok_and_is_said_to_differ(
    serve: Serve, load: Load, reply: Reply, golden: Path
) -> None:
    """The answers to one input are wrong on one arm: those records differ, and no others.

    The first is kept as an example, with its input, what was expected and what came.
    """

    def stale(visit: Visit) -> None:
        number, arm = _asked(visit), visit.number % 2
        outputs = _answers(number, arm) if (number, arm) != (2, 1) else _answers(9, 1)
        visit.reply(reply(200, _body(outputs), headers=_route(arm)))

    bodies = _golden(*ARMS).bodies
    requests, report = load(serve(stale).port, bodies=bodies, golden=golden)
    differs = np.array([error_name(item) == "differs" for item in requests["error"]])
    expected = (np.arange(50) % INPUTS == 2) & (requests["arm"] == 1)
    assert expected.any()
    assert (differs == expected).all()
    assert (requests["outcome"] == Outcome.OK).all()
    [example] = report.differences
    assert example.at_ns == requests["intended"][differs][0]
    assert (example.input, example.what) == (2, "p[0]: expected 2.5, got 9.5")


def test_the_other_arms_answer_is_a_wrong_one(
    serve: Serve, load: Load, reply: Reply, golden: Path
) -> None:
    """An answer that would be right of the other arm differs."""

    def mixed_up(visit: Visit) -> None:
        visit.reply(reply(200, _body(_answers(_asked(visit), 0)), headers=_route(1)))

    bodies = _golden(*ARMS).bodies
    requests, _ = load(serve(mixed_up).port, bodies=bodies, golden=golden)
    assert {error_name(item) for item in requests["error"]} == {"differs"}


def test_an_answer_of_no_known_arm_is_not_compared(
    serve: Serve, load: Load, reply: Reply, golden: Path
) -> None:
    """Without an arm nobody knows what is right: it is said, and taken for neither."""

    def unnamed(visit: Visit) -> None:
        visit.reply(reply(200, _body(_answers(_asked(visit), 0))))

    bodies = _golden(*ARMS).bodies
    requests, report = load(serve(unnamed).port, bodies=bodies, golden=golden)
    assert {error_name(item) for item in requests["error"]} == {"not-compared"}
    assert report.differences == ()


def test_errors_stay_errors(serve: Serve, load: Load, reply: Reply, golden: Path) -> None:
    """A 503 and a body without a prediction are never compared."""

    def broken(visit: Visit) -> None:
        visit.reply(reply(503 if visit.number % 2 else 200, b"{}", headers=_route(0)))

    requests, _ = load(serve(broken).port, bodies=_golden(*ARMS).bodies, golden=golden)
    assert {error_name(item) for item in requests["error"]} == {"status", "body"}


def test_a_set_for_any_arm_needs_no_arm() -> None:
    """Under * an answer is compared whoever gave it."""
    parity = Parity(_golden(ANY_ARM), ())
    assert parity.look(1, 0, NO_ARM, _answers(1, 0)) == NONE
    assert error_name(parity.look(1, 0, NO_ARM, _answers(2, 0))) == "differs"


def test_what_agreed_once_is_no_licence_for_another_input_or_arm() -> None:
    """Answers are remembered for their own input and arm; close ones stay within the tolerance."""
    parity = Parity(_golden(*ARMS), ARMS)
    close = _answers(1, 0)
    close[0]["data"] = [1.0 + 1e-7]
    for _ in range(2):
        assert parity.look(1, 0, 0, _answers(1, 0)) == NONE
        assert parity.look(5, 0, 0, close) == NONE
        assert error_name(parity.look(1, 0, 1, _answers(1, 0))) == "differs"
        assert error_name(parity.look(2, 0, 0, _answers(1, 0))) == "differs"


def test_examples_are_kept_one_a_second() -> None:
    """However many answers differ, what is kept of them stays small."""
    parity = Parity(_golden(*ARMS), ARMS)
    for number in range(1000):
        parity.look(0, number * 5_000_000, 0, _answers(3, 0))
    assert [item.at_ns // 1_000_000_000 for item in parity.differences] == [0, 1, 2, 3, 4]


def test_bodies_that_are_not_the_sets_inputs_are_refused(load: Load, golden: Path) -> None:
    """An order that sends something else than it compares with never starts."""
    with pytest.raises(UsageError, match="golden"):
        load(9, bodies=(b"{}",), golden=golden)
