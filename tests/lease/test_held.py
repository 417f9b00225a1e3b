"""A held lease notices in time that it was lost, and what failed for a moment only is no loss."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from seatrial.lease import TERMS, LeaseLostError, acquire
from seatrial.priority import real_time
from tests.lease.terms import FAST, STILL, until

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.lease import HeldLease, Terms
    from tests.lease.conftest import Leases


def _held(cluster: Cluster, terms: Terms = FAST) -> HeldLease:
    return acquire(cluster, "ns", "me", wait_s=0, say=lambda _: None, terms=terms)


def test_a_lease_taken_over_is_lost(cluster: Cluster, leases: Leases) -> None:
    """Its former holder notices at its next renewal, names the new one, and leaves it alone."""
    held = _held(cluster)
    leases.held_by("another")
    until(lambda: held.lost)
    with pytest.raises(LeaseLostError, match="another"):
        held.check()
    assert held.release() == ""
    assert leases.lease is not None
    assert leases.lease["spec"]["holderIdentity"] == "another"


def test_a_deleted_lease_is_lost(cluster: Cluster, leases: Leases) -> None:
    """Somebody could have had it since: it is not made anew."""
    held = _held(cluster)
    leases.lease = None
    until(lambda: held.lost)
    assert "deleted" in held.lost
    held.release()
    assert leases.lease is None


def test_a_lease_that_can_not_be_renewed_is_lost_in_time(cluster: Cluster, leases: Leases) -> None:
    """Before it runs out for others; the message has the API's own words."""
    held = _held(cluster)
    leases.refuse = (500, "no leader")
    started = time.monotonic()
    until(lambda: held.lost)
    assert time.monotonic() - started < FAST.duration_s
    assert "no leader" in held.lost
    held.release()


def test_a_renewal_that_never_ends_is_named(cluster: Cluster, leases: Leases) -> None:
    """Its own time limit is longer than the lease may stay without one."""
    held = _held(cluster)
    with leases.lock:
        until(lambda: held.lost)
    assert "a renewal has been under way for" in held.lost
    held.release()


def test_a_renewal_that_was_never_tried_is_named(cluster: Cluster) -> None:
    """A process that was stopped finds its lease lost when it goes on."""
    held = _held(cluster, replace(STILL, give_up_s=0.2))
    until(lambda: held.lost)
    assert "none was tried: this process did not run" in held.lost
    held.release()


def test_the_renewing_thread_is_raised_where_that_is_allowed(cluster: Cluster) -> None:
    """Replicas that start on the same cores must not take the lease away."""
    with real_time():
        allowed = os.sched_getscheduler(0)
    held = _held(cluster)
    [thread] = [item for item in threading.enumerate() if item.name == "renew the lease"]
    assert thread.native_id is not None
    until(lambda: os.sched_getscheduler(thread.native_id or 0) == allowed)
    held.release()


def test_the_shipped_terms_leave_time_to_end_the_fault() -> None:
    """A holder gives up seconds before anyone may take over, and can miss a renewal or two."""
    assert TERMS.give_up_s <= TERMS.duration_s - 5
    assert TERMS.give_up_s >= 2 * TERMS.renew_s


def test_a_short_failure_loses_nothing(cluster: Cluster, leases: Leases) -> None:
    """Renewals that fail for less than the terms allow are made up for."""
    held = _held(cluster)
    leases.refuse = (500, "no leader")
    failed = time.monotonic() + 0.2
    until(lambda: time.monotonic() > failed)
    leases.refuse = None
    before = leases.version
    until(lambda: leases.version > before + 2)
    held.check()
    assert held.release() == ""


def test_a_renewal_whose_answer_was_lost_is_no_loss(cluster: Cluster, leases: Leases) -> None:
    """The version it did not learn of is still its own: it goes on, and can give it back."""
    held = _held(cluster, STILL)
    leases.lose.append("PUT")
    held.confirm()
    held.confirm()
    leases.lose.append("PUT")
    held.confirm()
    assert held.release() == ""
    assert leases.lease is None


def test_confirming_notices_another_holder_at_once(cluster: Cluster, leases: Leases) -> None:
    """Without waiting for the next renewal."""
    held = _held(cluster, STILL)
    leases.held_by("another")
    with pytest.raises(LeaseLostError, match="another"):
        held.confirm()
    held.release()


def test_what_can_not_be_deleted_is_told(cluster: Cluster, leases: Leases) -> None:
    """The note says that it runs out by itself, and when."""
    held = _held(cluster, STILL)
    leases.refuse = (500, "no leader")
    assert "runs out within 15 s" in held.release()
