"""Undoing what earlier runs left: the sweep before a trial, and the whole of it by command."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from seatrial import lease, undo
from seatrial.cluster import NotFoundError
from seatrial.fault.mechanisms import MECHANISMS as OF_FAULTS
from seatrial.undo.elsewhere import drop_gone
from seatrial.workload.mechanisms import MECHANISMS as OF_WORKLOAD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.cluster import Cluster
    from seatrial.progress import Progress
    from seatrial.undo import Left, Mechanism
    from seatrial.undo.replay import Done

#: Whoever was killed has its lease for this long at most, and some.
FREE_S = lease.TERMS.duration_s + 15.0


def mechanisms() -> Mapping[str, Mechanism]:
    """Return how each kind of change is undone that anything in seatrial makes."""
    return {**OF_FAULTS, **OF_WORKLOAD}


def sweep(cluster: Cluster, namespace: str, progress: Progress) -> bool:
    """Undo what an earlier run left in a namespace whose lease is held; tell if there was any.

    Raises ReplayError when something could not be put back: a trial of it would judge that.
    """
    drop_gone()
    found = undo.left(cluster, namespace)
    if not found:
        return False
    words = ", ".join(item.record.what for item in found)
    with progress.step(f"undo what an earlier run left: {words}"):
        undo.replay(cluster, found, mechanisms())
    return True


def undo_left(
    cluster: Cluster, namespace: str, *, progress: Progress, wait_s: float = FREE_S
) -> Done:
    """Undo everything that is left in a namespace, or in all of them (""), and return it.

    Each namespace's lease is held meanwhile: what a running trial changed is not left. Raises
    LeaseHeldError when one runs for longer than ``wait_s``, ReplayError for what was not undone.
    """
    found = undo.left(cluster, namespace)
    with ExitStack() as held:
        for name in sorted({item.record.namespace for item in found}):
            _hold(cluster, name, held, progress, wait_s)
        # Looked at again: until now a running trial may have undone its own.
        still = undo.left(cluster, namespace) if found else ()
        return undo.replay(cluster, _of(still, found), mechanisms(), progress=progress)


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


def _of(still: tuple[Left, ...], found: tuple[Left, ...]) -> tuple[Left, ...]:
    """Return of what is there now what was there before: anything newer is a running trial's."""
    known = {item.record.id for item in found}
    return tuple(item for item in still if item.record.id in known)
