"""A replica that is hung or cut off answers no more; one good answer shows that it was not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from seatrial.fault.instants import Instant
from seatrial.fault.silence import next_action_ns, of_silence
from seatrial.timeline import REQUEST, FaultTarget, Outcome

S = 1_000_000_000
REPLICAS = ("10.0.0.1:8080", "10.0.0.2:8080")
TARGETS = (FaultTarget("ml-0", "u", "u", "10.0.0.1"),)


def _held(*answers: tuple[float, int, Outcome], span: tuple[int, int] = (10, 30)) -> list[bool]:
    requests = np.zeros(len(answers), dtype=REQUEST)
    for row, (end_s, replica, outcome) in zip(requests, answers, strict=True):
        row["end"], row["replica"], row["outcome"] = round(end_s * S), replica, outcome
    hit: dict[str, Any] = {"silences": True}
    spans = (span[0] * S, span[1] * S)
    return [item.held for item in of_silence(hit, TARGETS, requests, REPLICAS, spans)]


def test_a_silent_replica_is_proven() -> None:
    """Others answer, and so does it before the fault, just at it, and after its undo."""
    others = [(15.0, 1, Outcome.OK), (9.0, 0, Outcome.OK), (10.5, 0, Outcome.OK)]
    assert _held(*others, (30.5, 0, Outcome.OK)) == [True]


def test_an_error_in_its_name_is_the_proxys() -> None:
    """A proxy that waited in vain names the replica: no answer of it."""
    assert _held((15.0, 0, Outcome.ERROR), (16.0, 0, Outcome.TIMEOUT)) == [True]


def test_one_good_answer_shows_that_it_was_not_silent() -> None:
    """It answered while it was to be hung: the fault did not land."""
    assert _held((29.0, 0, Outcome.OK)) == [False]


def test_no_time_proves_nothing() -> None:
    """Undone within the first second: nobody could have seen it silent."""
    assert _held(span=(10, 11)) == [False]


@pytest.mark.parametrize("hit", [{}, {"silences": False}])
def test_other_faults_are_not_asked(hit: dict[str, Any]) -> None:
    """A fault that lets answers through has nothing to prove here."""
    assert of_silence(hit, TARGETS, np.zeros(0, dtype=REQUEST), REPLICAS, (0, S)) == ()


def _instant(event: str, kind: str, at: int) -> Instant:
    return Instant(event, "a", kind, "", at, "")


def test_it_lasts_until_the_action_that_undoes_it() -> None:
    """Probes between do not end it; without a second action the last instant does."""
    passed = [
        _instant("launched", "", 0),
        _instant("before", "action", 1),
        _instant("after", "action", 2),
        _instant("before", "probe", 3),
        _instant("after", "probe", 4),
    ]
    assert next_action_ns(passed) == 4
    assert next_action_ns([*passed, _instant("before", "action", 5)]) == 5
