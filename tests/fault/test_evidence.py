"""The proof of a kill: requests in flight, the old replica gone, another in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seatrial.fault import evidence
from seatrial.fault.journal import Activity, Journal, SteadyState
from seatrial.timeline import NO_REPLICA, REQUEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

S = 1_000_000_000
MS = 1_000_000


def _requests(*spans: tuple[int, int], replica: int = 0) -> NDArray[Any]:
    found = np.zeros(len(spans), dtype=REQUEST)
    found["sent"] = [start for start, _ in spans]
    found["end"] = [end for _, end in spans]
    found["replica"] = replica
    return found


@pytest.mark.parametrize(
    ("span", "counted"),
    [((10, 20), 1), ((15, 20), 1), ((16, 20), 0), ((10, 15), 0), ((-1, 20), 0)],
)
def test_a_request_is_in_flight_from_its_sending_to_its_end(
    span: tuple[int, int], counted: int
) -> None:
    """At an instant, a request counts from its sending on, until its end, and never unsent."""
    assert evidence.in_flight(_requests(span), 15) == counted


@pytest.mark.parametrize(
    ("span", "counted"), [((10, 15), 0), ((10, 16), 1), ((24, 30), 1), ((25, 30), 0), ((-1, 20), 0)]
)
def test_in_flight_over_a_span(span: tuple[int, int], counted: int) -> None:
    """Over a span, a request counts that was under way in any part of it."""
    assert evidence.in_flight(_requests(span), 15, 25) == counted


def _killed(later: list[dict[str, object]], name: str = "m-0") -> tuple[evidence.Killed, Journal]:
    before = [{"uid": "old", "name": "m-0"}, {"uid": "other", "name": "m-1"}]
    output = {
        "name": name,
        "uid": "old",
        "address": "10.0.0.1",
        "started_monotonic_ns": 5,
        "replicas_before": before,
    }
    method = (
        Activity("kill", "action", evidence.KILL, "succeeded", output, ""),
        Activity("exist", "probe", evidence.EXIST, "succeeded", {"replicas": later}, ""),
    )
    met = SteadyState(met=True, problem="")
    journal = Journal("t", "completed", False, met, met, (), method, method)  # noqa: FBT003 -- as read
    kill = evidence.kill_of(journal)
    assert kill is not None
    return kill, journal


@pytest.mark.parametrize(
    ("later", "after", "gone"),
    [
        ([{"uid": "new", "name": "m-0"}, {"uid": "other", "name": "m-1"}], "new", True),
        ([{"uid": "old", "name": "m-0"}, {"uid": "other", "name": "m-1"}], "", False),
        ([{"uid": "other", "name": "m-1"}], "", True),
        ([{"uid": "x", "name": "m-2"}, {"uid": "new", "name": "m-0"}], "new", True),
        ([{"uid": "x", "name": "m-abcde"}, {"uid": "other", "name": "m-1"}], "x", True),
        ([], "", False),
    ],
)
def test_the_successor_is_another_pod(
    later: list[dict[str, object]],
    after: str,
    gone: bool,  # noqa: FBT001 -- a table of cases
) -> None:
    """The old UID must be gone and another be there: of its name first, else a new one."""
    kill, journal = _killed(later)
    target, seen_gone = evidence.target_of(kill, journal)
    assert (target.uid_after, seen_gone) == (after, gone)
    held = [item.held for item in evidence.of_kill(target, gone=seen_gone)]
    assert held == [gone, bool(after)]


def test_traffic_must_be_there_and_the_replicas_own() -> None:
    """Requests in the second from the kill, and this replica's answers before it, are asked for."""
    at = 100 * S
    before, during = (at - 1 * S, at - S + 5 * MS), (at + 10 * MS, at + 12 * MS)
    found = evidence.of_traffic(_requests(before, during), ("10.0.0.1:8080",), "10.0.0.1", at)
    assert [item.held for item in found] == [True, True]


@pytest.mark.parametrize(
    ("spans", "replica", "held"),
    [
        ([], 0, [False, False]),
        ([(94 * S, 94 * S + MS)], 0, [False, False]),
        ([(99 * S, 99 * S + MS)], 0, [False, True]),
        ([(99 * S, 99 * S + MS), (100 * S, 100 * S + MS)], 1, [True, False]),
        ([(99 * S, 99 * S + MS), (100 * S, 100 * S + MS)], NO_REPLICA, [True, False]),
        ([(102 * S, 102 * S + MS)], 0, [False, False]),
    ],
)
def test_a_kill_without_traffic_is_not_proven(
    spans: list[tuple[int, int]], replica: int, held: list[bool]
) -> None:
    """No load, a load that stopped or began later, or another replica's answers prove nothing."""
    replicas = ("10.0.0.1:8080", "10.0.0.11:8080")
    found = evidence.of_traffic(_requests(*spans, replica=replica), replicas, "10.0.0.1", 100 * S)
    assert [item.held for item in found] == held


def test_where_no_answer_names_its_replica_nothing_ties_the_kill_to_the_traffic() -> None:
    """A pod that no client uses may die under load: without names the kill is not proven."""
    found = evidence.of_traffic(_requests((100 * S, 101 * S)), (), "10.0.0.1", 100 * S)
    assert [item.held for item in found] == [True, False]
    assert "replica_header" in found[1].detail


def test_an_address_of_version_six_is_compared_whole() -> None:
    """A replica's IPv6 address matches its bracketed form, and no prefix of it."""
    requests = _requests((99 * S, 99 * S + MS))
    assert evidence.answered_by(requests, ("[fd00::1]:8080",), "fd00::1", 0, 200 * S) == 1
    assert evidence.answered_by(requests, ("[fd00::11]:8080",), "fd00::1", 0, 200 * S) == 0
