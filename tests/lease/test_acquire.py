"""One holder at a time: the lease is made, waited for, and taken over by what was seen."""

from __future__ import annotations

import time
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import ClusterError, ForbiddenError, NotFoundError
from seatrial.lease import LeaseHeldError, acquire, identity
from tests.lease.terms import FAST, STILL, until

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.lease import HeldLease
    from tests.lease.conftest import Leases


def _acquire(cluster: Cluster, holder: str = "me", wait_s: float = 0.0) -> HeldLease:
    return acquire(cluster, "ns", holder, wait_s=wait_s, say=lambda _: None, terms=FAST)


def test_a_lease_is_made_renewed_and_given_back(cluster: Cluster, leases: Leases) -> None:
    """Its holder signs it again and again, and nothing is left of it at the end."""
    held = _acquire(cluster)
    until(lambda: leases.writes.count("PUT") >= 3)
    assert leases.lease is not None
    assert leases.lease["spec"]["holderIdentity"] == "me"
    held.check()
    assert held.release() == ""
    assert leases.lease is None


def test_who_holds_it_is_told_and_not_waited_for(cluster: Cluster, leases: Leases) -> None:
    """With no time to wait the second is refused at once, and its message names the first."""
    leases.held_by("ci-7 pid 12")
    with pytest.raises(LeaseHeldError, match="ci-7 pid 12"):
        _acquire(cluster)
    assert leases.writes == []


def test_one_that_waits_is_told_for_whom_and_until_when(cluster: Cluster, leases: Leases) -> None:
    """It hears once who has it, since when, until when it waits; and gets it when it is free."""
    leases.held_by("ci-7 pid 12")
    said: list[str] = []

    def free() -> None:
        until(lambda: said)
        leases.lease = None

    other = Thread(target=free)
    other.start()
    held = acquire(cluster, "ns", "me", wait_s=10, say=said.append, terms=FAST)
    other.join(5)
    assert len(said) == 1
    assert "ci-7 pid 12" in said[0]
    assert "since then" in said[0]
    assert "UTC at most" in said[0]
    held.release()


def test_a_lease_that_is_renewed_is_not_taken_over(cluster: Cluster, leases: Leases) -> None:
    """As long as its holder signs, whatever its clock says, the wait ends in a refusal."""
    leases.held_by("other", duration_s=1)
    over = Event()

    def renew() -> None:
        while not over.wait(0.2):
            leases.touch()

    other = Thread(target=renew)
    other.start()
    try:
        with pytest.raises(LeaseHeldError, match="other"):
            _acquire(cluster, wait_s=2.5)
    finally:
        over.set()
        other.join(5)


def test_a_dead_holders_lease_runs_out(cluster: Cluster, leases: Leases) -> None:
    """Seen unchanged for its duration, it is taken over, and its transitions are counted."""
    leases.held_by("dead", duration_s=1)
    started = time.monotonic()
    held = _acquire(cluster, wait_s=10)
    assert time.monotonic() - started >= 1
    assert leases.lease is not None
    assert leases.lease["spec"]["holderIdentity"] == "me"
    assert leases.lease["spec"]["leaseTransitions"] == 1
    held.release()


def test_of_two_that_wait_one_gets_it(cluster: Cluster, leases: Leases) -> None:
    """Both see a dead holder's lease run out; the version they saw lets one of them write."""
    leases.held_by("dead", duration_s=1)
    got: list[HeldLease] = []
    refused: list[str] = []

    def wait(name: str) -> None:
        try:
            got.append(_acquire(cluster, name, wait_s=2.5))
        except LeaseHeldError as error:
            refused.append(str(error))

    threads = [Thread(target=wait, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(got) == len(refused) == 1
    assert f"held by {got[0].holder} " in refused[0]
    got[0].release()


def test_a_creation_whose_answer_was_lost_is_recognised(cluster: Cluster, leases: Leases) -> None:
    """It finds its own name there at the next look, and does not wait for itself."""
    leases.lose.append("POST")
    held = acquire(cluster, "ns", "me", wait_s=5, say=lambda _: None, terms=STILL)
    assert leases.writes == ["POST", "PUT"]
    held.release()


def test_a_namespace_that_is_missing_is_an_error(cluster: Cluster, leases: Leases) -> None:
    """Nobody waits for a namespace that nobody makes."""
    leases.refuse = (404, 'namespaces "ns" not found')
    with pytest.raises(NotFoundError, match="ns"):
        _acquire(cluster, wait_s=10)


def test_a_namespace_that_ends_is_waited_for(cluster: Cluster, leases: Leases) -> None:
    """Another trial that puts everything back still has it; a missing right is an error at once."""
    leases.refuse = (403, "forbidden: ns because it is being terminated")
    with pytest.raises(LeaseHeldError, match="being deleted"):
        _acquire(cluster, wait_s=0.2)
    leases.refuse = (403, "cannot create leases")
    with pytest.raises(ForbiddenError):
        _acquire(cluster, wait_s=10)


def test_an_api_that_stays_away_ends_the_wait(cluster: Cluster, leases: Leases) -> None:
    """After as long as a holder would have given up, with the API's own words."""
    leases.refuse = (500, "no leader")
    started = time.monotonic()
    with pytest.raises(ClusterError, match="no leader"):
        _acquire(cluster, wait_s=60)
    assert time.monotonic() - started < 5


def test_every_holder_has_a_name_of_its_own() -> None:
    """Two processes of one host name, pid and run are still two."""
    assert identity("r/production") != identity("r/production")
    assert " run r/production since " in identity("r/production")
