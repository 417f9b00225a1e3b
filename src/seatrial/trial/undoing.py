"""Undoing what earlier runs left: the sweep before a trial, and the whole of it by command."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from seatrial import lease, undo
from seatrial.cluster import ForbiddenError, NotFoundError, writing
from seatrial.cluster.writing import identity
from seatrial.fault.mechanisms import MECHANISMS as OF_FAULTS
from seatrial.lease import LeaseHeldError
from seatrial.undo import Left, Record
from seatrial.undo.elsewhere import drop_gone
from seatrial.workload.mechanisms import MADE_NAMESPACE
from seatrial.workload.mechanisms import MECHANISMS as OF_WORKLOAD
from seatrial.workload.namespace import fresh_namespaces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.cluster import Cluster
    from seatrial.progress import Progress
    from seatrial.undo import Mechanism
    from seatrial.undo.replay import Done

#: Whoever was killed has its lease for this long at most, and some.
FREE_S = lease.TERMS.duration_s + 15.0


def mechanisms() -> Mapping[str, Mechanism]:
    """Return how each kind of change is undone that anything in seatrial makes."""
    return {**OF_FAULTS, **OF_WORKLOAD}


def sweep(cluster: Cluster, namespace: str, progress: Progress) -> bool:
    """Undo what an earlier run left in a namespace whose lease is held; tell if there was any.

    The namespace may be gone then. Raises ReplayError when something could not be put back: a
    trial of it would judge that.
    """
    drop_gone()
    found = undo.left(cluster, namespace)
    if not found:
        return False
    words = ", ".join(item.record.what for item in found)
    with progress.step(f"undo what an earlier run left: {words}"):
        undo.replay(cluster, found, mechanisms())
    return True


def everything_left(cluster: Cluster, namespace: str) -> tuple[Left, ...]:
    """Return what is left in a namespace, or in all ("") of them, the oldest first.

    Beside the records: namespaces that were made for a trial and are empty.
    """
    return (*_made_namespaces(cluster, namespace), *undo.left(cluster, namespace))


def _made_namespaces(cluster: Cluster, namespace: str) -> tuple[Left, ...]:
    try:
        names = fresh_namespaces(cluster, namespace)
    except ForbiddenError:
        # Whoever may not even look at namespaces has made none.
        return ()
    uid = identity(cluster)
    what = "made, nothing is in it"
    return tuple(
        Left(
            Record(f"namespace-{name}", "", uid, cluster.context, name, MADE_NAMESPACE, what, ""),
            in_file=False,
            in_cluster=True,
        )
        for name in names
    )


def undo_left(
    cluster: Cluster, namespace: str, *, progress: Progress, wait_s: float = FREE_S
) -> Done:
    """Undo everything that is left in a namespace, or in all of them (""), and return it.

    Each namespace's lease is held meanwhile, and one that a killed run left goes with it: it has
    run out, but it is there. Raises LeaseHeldError when a trial runs in one for
    longer than ``wait_s``: what that changed is not left. Raises ReplayError for what was not
    undone. In both cases everything else is undone first.
    """
    found = everything_left(cluster, namespace)
    busy: list[LeaseHeldError] = []
    free: set[str] = set()
    with ExitStack() as held:
        places = {item.record.namespace for item in found} | _leased(cluster, namespace)
        for name in sorted(places):
            try:
                _hold(cluster, name, held, progress, wait_s)
                free.add(name)
            except LeaseHeldError as error:
                busy.append(error)
        # Looked at again: what another has undone by itself meanwhile is not there any more.
        still = everything_left(cluster, namespace) if free else ()
        mine = [item for item in still if item.record.namespace in free]
        done = undo.replay(cluster, mine, mechanisms(), progress=progress)
    if busy:
        raise busy[0]
    return done


def _leased(cluster: Cluster, namespace: str) -> set[str]:
    """Return the namespaces that have a trial's lease, alive or not."""
    try:
        if namespace:
            return {writing.read(cluster, "Lease", namespace, lease.NAME)["metadata"]["namespace"]}
        raw = [item["metadata"] for item in writing.listed(cluster, "Lease", "")]
    except (ForbiddenError, NotFoundError):
        # A lease that has run out does no harm to anybody who may not even look.
        return set()
    return {item["namespace"] for item in raw if item["name"] == lease.NAME}


def _hold(
    cluster: Cluster, namespace: str, held: ExitStack, progress: Progress, wait_s: float
) -> None:
    holder = lease.identity("seatrial undo")
    try:
        one = lease.acquire(cluster, namespace, holder, wait_s=wait_s, say=progress.note)
    except NotFoundError:
        # The namespace is gone, and what is left of its records lies on this machine alone.
        return
    held.callback(one.release)
