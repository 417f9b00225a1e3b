"""The proof of a fault: requests in flight, the old replica gone, another in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seatrial.cluster import Pod
from seatrial.fault import evidence
from seatrial.fault.successors import await_successor
from seatrial.timeline import NO_REPLICA, REQUEST, FaultTarget, ProxySample, UpstreamCounts

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


def _pod(name: str, uid: str, *, terminating: bool = False) -> Pod:
    return Pod(name, uid, "10.0.0.1", "n", "Running", True, terminating, 0, {}, "", "", ())  # noqa: FBT003 -- ready, by place


@pytest.mark.parametrize(
    ("later", "after", "gone"),
    [
        ([("m-0", "new"), ("m-1", "other")], "new", True),
        ([("m-0", "old"), ("m-1", "other")], "", False),
        ([("m-1", "other")], "", True),
        ([("m-2", "x"), ("m-0", "new")], "new", True),
        ([("m-abcde", "x"), ("m-1", "other")], "x", True),
        ([], "", True),
    ],
)
def test_the_successor_is_another_pod(
    later: list[tuple[str, str]],
    after: str,
    gone: bool,  # noqa: FBT001 -- a table of cases
) -> None:
    """The old UID must be gone and another be there: of its name first, else a new one."""
    victim, before = _pod("m-0", "old"), [_pod("m-0", "old"), _pod("m-1", "other")]
    seen = [_pod(*item) for item in later]
    found, proofs = await_successor(lambda: seen, victim, before, deadline_s=0.01)
    assert found["uid_after"] == after
    assert [item["held"] for item in proofs] == [gone, bool(after)]


def test_a_terminating_pod_is_gone_and_no_successor() -> None:
    """A pod on its way out serves nobody: it neither stays nor succeeds."""
    seen = [_pod("m-0", "old", terminating=True), _pod("m-3", "x", terminating=True)]
    found, proofs = await_successor(lambda: seen, _pod("m-0", "old"), (), deadline_s=0.01)
    assert (found["uid_after"], [item["held"] for item in proofs]) == ("", [True, False])


def _target(address: str = "10.0.0.1", what: str = "replica") -> tuple[FaultTarget, ...]:
    return (FaultTarget("m-0", "old", "new", address, what),)


def test_of_what_is_neither_replica_nor_proxy_no_traffic_is_asked_for() -> None:
    """A node that was hit serves nothing itself: requests in flight are all there is."""
    found = evidence.of_traffic(_requests((10, 20)), (), _target(what="node"), 15)
    assert [(item.name, item.held) for item in found] == [("requests in flight", True)]


@pytest.mark.parametrize(
    ("counts", "uid", "held"),
    [
        ([(96, 10), (98, 30), (101, 31)], "old", True),
        ([(96, 10), (98, 10)], "old", False),
        ([(98, 10)], "old", False),
        ([(90, 10), (98, 30)], "old", False),
        ([(96, 10), (98, 30)], "other", False),
        ([], "old", False),
    ],
)
def test_a_proxy_must_have_passed_requests_on(
    counts: list[tuple[int, int]],
    uid: str,
    held: bool,  # noqa: FBT001 -- a table of cases
) -> None:
    """Its own count must have risen in the 5 s before: another's, or an older rise, proves nothing.

    Of a proxy that nobody read nothing is known.
    """
    samples = [_proxy(at * S, uid, count) for at, count in counts]
    target, at = _target(what="proxy"), 100 * S
    found = evidence.of_traffic(_requests((at, at + MS)), (), target, at, samples)
    assert [(item.name, item.held) for item in found] == [
        ("requests in flight", True),
        ("the proxy was serving", held),
    ]


def _proxy(at_ns: int, uid: str, count: int) -> ProxySample:
    upstream = UpstreamCounts("a", count, *(0 for _ in range(12)))
    return ProxySample(
        at_ns, at_ns, "m-0", uid, 0, answered=True, gone=False, upstreams=(upstream,)
    )


def test_traffic_must_be_there_and_the_replicas_own() -> None:
    """Requests in the second from the kill, and this replica's answers before it, are asked for."""
    at = 100 * S
    before, during = (at - 1 * S, at - S + 5 * MS), (at + 10 * MS, at + 12 * MS)
    found = evidence.of_traffic(_requests(before, during), ("10.0.0.1:8080",), _target(), at)
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
    found = evidence.of_traffic(_requests(*spans, replica=replica), replicas, _target(), 100 * S)
    assert [item.held for item in found] == held


def test_where_no_answer_names_its_replica_nothing_ties_the_kill_to_the_traffic() -> None:
    """A pod that no client uses may die under load: without names the kill is not proven."""
    found = evidence.of_traffic(_requests((100 * S, 101 * S)), (), _target(), 100 * S)
    assert [item.held for item in found] == [True, False]
    assert "replica_header" in found[1].detail


def test_an_address_of_version_six_is_compared_whole() -> None:
    """A replica's IPv6 address matches its bracketed form, and no prefix of it."""
    requests = _requests((99 * S, 99 * S + MS))
    assert evidence.answered_by(requests, ("[fd00::1]:8080",), "fd00::1", 0, 200 * S) == 1
    assert evidence.answered_by(requests, ("[fd00::11]:8080",), "fd00::1", 0, 200 * S) == 0
