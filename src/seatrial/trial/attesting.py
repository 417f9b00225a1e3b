"""Attests a trial: a snapshot before the load, one after the fault's undo, both written down."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seatrial import attestation, timeline
from seatrial.errors import SeatrialError
from seatrial.timeline import Attestation
from seatrial.trial.attested import ATTESTATION

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.timeline import Change, Plan, Snapshot
    from seatrial.trial.run import Run


@dataclass(frozen=True, slots=True)
class Before:
    """The snapshot before the load, and when it was taken (ns, monotonic clock).

    ``unread`` says why there is none; "" when there is one.
    """

    at_ns: int
    snapshot: Snapshot | None
    unread: str = ""


def begin(run: Run, cluster: Cluster) -> Before:
    """Take the first snapshot. That it can't be read is no error here: it is judged."""
    with run.progress.step("attest: the state before"):
        try:
            found = attestation.settled(cluster, run.config.target)
        except SeatrialError as error:
            return Before(time.monotonic_ns(), None, _said(error))
        return Before(time.monotonic_ns(), found)


def end(run: Run, cluster: Cluster, plan: Plan, before: Before) -> None:
    """Take the second snapshot and write ``attestation.json``; nothing is an error here either."""
    after: Snapshot | None = None
    unread = before.unread
    differences: tuple[Change, ...] = ()
    if before.snapshot is not None:
        with run.progress.step("attest: the state after"):
            try:
                after = attestation.settled_as(cluster, run.config.target, before.snapshot)
                differences = attestation.differences(before.snapshot, after)
            except SeatrialError as error:
                unread = _said(error)
    epoch_ns = plan.epoch_monotonic_ns
    found = Attestation(
        before_ns=before.at_ns - epoch_ns,
        after_ns=time.monotonic_ns() - epoch_ns,
        before=_unsalted(before.snapshot),
        after=_unsalted(after),
        differences=differences,
        unread=unread,
    )
    timeline.save_part(run.directory, f"{ATTESTATION}.json", found)


def _unsalted(found: Snapshot | None) -> Snapshot | None:
    """Return it as it may be read by anybody: nothing can be guessed from its digests any more."""
    return None if found is None else replace(found, salt="")


def _said(error: SeatrialError) -> str:
    return f"{error.attempt}: {error.got}"
