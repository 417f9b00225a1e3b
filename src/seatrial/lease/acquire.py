"""Waiting for the lease and taking it: made where there is none, taken over where it ran out.

As client-go does, a lease has run out when it was *seen* unchanged for its duration, by this
machine's own clock: what the holder's clock wrote into it is never compared with anything here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError, ConflictError, ForbiddenError, NotFoundError
from seatrial.cluster.leases import create_lease, read_lease, renew_lease, take_lease
from seatrial.lease.clock import now_s
from seatrial.lease.errors import LeaseHeldError
from seatrial.lease.held import HeldLease
from seatrial.lease.terms import NAME, TERMS, Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.cluster import Cluster
    from seatrial.cluster.leases import LeaseState

#: How the API server refuses to make something in a namespace that is being deleted.
_ENDING = "being terminated"


def acquire(
    cluster: Cluster,
    namespace: str,
    holder: str,
    *,
    wait_s: float,
    say: Callable[[str], None],
    terms: Terms = TERMS,
) -> HeldLease:
    """Return the namespace's lease, held by ``holder`` and being renewed.

    While another has it, ``say`` is told who, and it is waited for ``wait_s`` at most; 0 does not
    wait. Raises LeaseHeldError then, NotFoundError when the namespace does not exist, ClusterError
    when the API can't be asked.
    """
    waiting = _Waiting(cluster, namespace, holder, now_s() + wait_s, say, terms)
    pause = Event()
    while True:
        asked = now_s()
        found = waiting.attempt()
        if found is not None:
            return HeldLease(cluster, found, asked, terms)
        if now_s() >= waiting.end_s:
            raise waiting.refusal(wait_s)
        pause.wait(terms.look_s)


@dataclass(slots=True)
class _Waiting:
    """One that waits: what it saw last, and since when unchanged."""

    cluster: Cluster
    namespace: str
    holder: str
    end_s: float
    say: Callable[[str], None]
    terms: Terms
    seen: LeaseState | None = None
    since_s: float = 0.0
    told: str = ""
    failing_s: float | None = None

    def attempt(self) -> LeaseState | None:
        """Look once, and take the lease if it may be taken; None: not yet."""
        try:
            found = self._taken()
        except NotFoundError:
            raise
        except ForbiddenError as error:
            if _ENDING not in error.got:
                raise
            self._tell(f"namespace {self.namespace}, which is being deleted")
            return None
        except ClusterError:
            # One answer that failed must not end a long wait; an API that stays away does.
            self.failing_s = now_s() if self.failing_s is None else self.failing_s
            if now_s() - self.failing_s >= min(self.terms.give_up_s, self.end_s - now_s()):
                raise
            return None
        self.failing_s = None
        return found

    def _taken(self) -> LeaseState | None:
        try:
            found = read_lease(self.cluster, self.namespace, NAME)
        except NotFoundError:
            return self._unless_beaten(
                lambda: create_lease(
                    self.cluster,
                    self.namespace,
                    NAME,
                    holder=self.holder,
                    duration_s=self.terms.duration_s,
                )
            )
        if found.holder == self.holder:
            # Made by an attempt whose answer was lost. When that was nobody knows: sign it now.
            return self._unless_beaten(lambda: renew_lease(self.cluster, found))
        if found.holder and not self._ran_out(found):
            self._tell(f"{found.holder} (its lease since {found.acquired})")
            return None
        return self._unless_beaten(
            lambda: take_lease(
                self.cluster, found, holder=self.holder, duration_s=self.terms.duration_s
            )
        )

    def _unless_beaten(self, write: Callable[[], LeaseState]) -> LeaseState | None:
        """Write; None where another was quicker."""
        try:
            return write()
        except ConflictError:
            return None

    def _ran_out(self, found: LeaseState) -> bool:
        if self.seen is None or (found.uid, found.version) != (self.seen.uid, self.seen.version):
            self.seen, self.since_s = found, now_s()
        return now_s() - self.since_s >= found.duration_s

    def _tell(self, whom: str) -> None:
        if whom == self.told:
            return
        self.told = whom
        left = self.end_s - now_s()
        if left <= 0:
            return
        until = datetime.now(UTC) + timedelta(seconds=left)
        self.say(
            f"waiting for {whom}, until {until:%H:%M:%S} UTC at most; if that trial was killed, "
            f"its lease runs out within {self._runs_out_s} s"
        )

    @property
    def _runs_out_s(self) -> int:
        return self.seen.duration_s if self.seen is not None else self.terms.duration_s

    def refusal(self, waited_s: float) -> LeaseHeldError:
        """Return the error that says who has it."""
        return LeaseHeldError(
            f"hold a trial in namespace {self.namespace} of {self.cluster.context}",
            got=f"after {waited_s:g} s it is still held by {self.told or 'a quicker one'}",
            expected="one trial at a time: each would judge the other's fault",
            mend="wait for that trial to end (target.free_deadline_s says how long); if it was "
            f"killed, its lease runs out {self._runs_out_s} s later by itself",
        )
