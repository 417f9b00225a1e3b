"""The target for one trial alone: its namespace's Lease, and the namespace if there is none yet."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from seatrial import lease, timeline, workload
from seatrial.cluster import NotFoundError
from seatrial.errors import UsageError
from seatrial.lease import HeldLease, LeaseLostError
from seatrial.timeline import NANOSECONDS, LeaseKept
from seatrial.trial.undoing import sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster import Cluster
    from seatrial.timeline import Plan
    from seatrial.trial.clusters import Host
    from seatrial.trial.run import Run

#: The part's name among the plan's instruments.
LEASE = "lease"


@contextmanager
def claimed(host: Host, run: Run) -> Iterator[Run]:
    """Give the run as it holds the lease; waits for another trial as long as it is configured to.

    A namespace that does not exist is made first, empty: of several only one makes it, and only
    the lease's holder applies anything. It is kept until the namespace is as it was before.
    What an earlier run left is undone first. Raises LeaseHeldError, ReplayError, ClusterError.
    """
    cluster, namespace = host.cluster, run.config.target.namespace
    held = _swept(cluster, run)
    try:
        fresh = run.config.manage and workload.is_fresh(cluster, namespace)
        yield replace(run, lease=held, fresh_namespace=fresh)
    finally:
        try:
            # Removed before the lease is let go: nobody can take one in a namespace that ends.
            if run.config.manage and not host.temporary:
                workload.remove_if_fresh(cluster, namespace)
        finally:
            note = held.release()
            if note:
                run.progress.note(note)


def _swept(cluster: Cluster, run: Run) -> HeldLease:
    """Return the lease of a namespace in which nothing is left of an earlier run."""
    namespace = run.config.target.namespace
    while True:
        with run.progress.step(f"the lease of {namespace}"):
            held = _acquired(cluster, run)
        try:
            if not sweep(cluster, namespace, run.progress) or workload.exists(cluster, namespace):
                return held
        except BaseException:
            held.release()
            raise
        # The namespace was that run's own: it is gone, and the lease with it.
        held.release()


def _acquired(cluster: Cluster, run: Run) -> HeldLease:
    target = run.config.target
    holder = lease.identity(f"{run.directory.parent.name}/{run.directory.name}")
    end = time.monotonic() + target.free_deadline_s
    while True:
        if run.config.manage:
            workload.make_namespace(cluster, target.namespace, holder)
        left = max(0.0, end - time.monotonic())
        try:
            return lease.acquire(
                cluster, target.namespace, holder, wait_s=left, say=run.progress.note
            )
        except NotFoundError as cause:
            # Gone since: another trial has put everything back. Then it can be made anew.
            if not run.config.manage or time.monotonic() >= end:
                raise UsageError(
                    f"hold a trial in namespace {target.namespace} of {cluster.context}",
                    got="no such namespace",
                    expected="the namespace of a workload that is deployed already",
                    mend="correct target.namespace, or let seatrial deploy: target.manage = true",
                ) from cause


def save_lease(run: Run, plan: Plan) -> None:
    """Write ``lease.json``: whether the lease was this trial's until now."""
    held = run.lease
    if held is None:
        raise ValueError("the run holds no lease")
    lost = ""
    try:
        held.confirm()
    except LeaseLostError as error:
        lost = error.got
        run.progress.note(str(error))
    until_ns = time.monotonic_ns() - round(held.age_s * NANOSECONDS) - plan.epoch_monotonic_ns
    timeline.save_part(run.directory, f"{LEASE}.json", LeaseKept(held.holder, until_ns, lost))
