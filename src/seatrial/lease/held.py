"""A lease that is held: renewed in a thread until it is released, or lost."""

from __future__ import annotations

from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError, ConflictError, NotFoundError
from seatrial.cluster.leases import CALL_S, delete_lease, read_lease, renew_lease
from seatrial.lease.clock import now_s
from seatrial.lease.errors import LeaseLostError
from seatrial.priority import real_time

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.cluster.leases import LeaseState
    from seatrial.lease.terms import Terms

#: A renewal may be under way when its thread is asked to end: two calls, and some.
END_S = 2 * CALL_S + 1


class HeldLease:
    """Safe to use from several threads. `check` it wherever the trial waits; `release` it once."""

    def __init__(self, cluster: Cluster, state: LeaseState, renewed_s: float, terms: Terms) -> None:
        """Start renewing. ``renewed_s`` is an instant just before it was acquired."""
        self._cluster = cluster
        self._state = state
        self._renewed_s = renewed_s
        self._terms = terms
        self._lost = ""
        self._failure = ""
        self._asked_s: float | None = None
        self._ended_s = now_s()
        self._writing = Lock()
        self._over = Event()
        self._thread = Thread(target=self._renew_on, name="renew the lease", daemon=True)
        self._thread.start()

    @property
    def holder(self) -> str:
        """The name it is held by."""
        return self._state.holder

    @property
    def lost(self) -> str:
        """Say how the lease was lost; "" while it is held.

        Whatever the renewing thread does: without a renewal for too long another may have it soon.
        """
        late_s = self.age_s
        if not self._lost and late_s > self._terms.give_up_s:
            self._lost = f"it could not be renewed for {late_s:.0f} s: {self._hindrance()}"
        return self._lost

    def _hindrance(self) -> str:
        """Say what kept it from being renewed: the API, or this process that did not run."""
        if self._failure:
            return self._failure
        asked_s, now = self._asked_s, now_s()
        if asked_s is not None:
            return f"a renewal has been under way for {now - asked_s:.0f} s"
        return (
            f"the last renewal took {self._ended_s - self._renewed_s:.0f} s, and for "
            f"{now - self._ended_s:.0f} s none was tried: this process did not run"
        )

    @property
    def age_s(self) -> float:
        """Seconds since an instant at which it surely was its holder's alone."""
        return now_s() - self._renewed_s

    def check(self) -> None:
        """Raise LeaseLostError if the lease was lost."""
        if self.lost:
            state = self._state
            raise LeaseLostError(
                f"keep the lease {state.name} in namespace {state.namespace}",
                got=self.lost,
                expected="to hold it until the trial is over and its fault undone",
                mend="nothing of this trial is judged; hold it again",
            )

    def confirm(self) -> None:
        """Renew now, so that nobody can have had it until this instant. Raises LeaseLostError.

        An API that does not answer is no loss while the last renewal is young enough.
        """
        self._renew()
        self.check()

    def release(self) -> str:
        """Stop renewing and delete the lease; return what went wrong with that, for people.

        Nothing that went wrong is worth more: what is left runs out by itself.
        """
        self._over.set()
        self._thread.join(END_S)
        if self._lost:
            return ""  # it is another's, or went with its namespace
        try:
            self._delete()
        except NotFoundError:
            return ""
        except ClusterError as error:
            return (
                f"the lease {self._state.name} could not be deleted ({error.got}); it runs out "
                f"within {self._state.duration_s} s"
            )
        return ""

    def _delete(self) -> None:
        try:
            delete_lease(self._cluster, self._state)
        except ConflictError:
            # A renewal whose answer was lost: it is still ours, at another version.
            found = read_lease(self._cluster, self._state.namespace, self._state.name)
            if found.holder == self._state.holder:
                delete_lease(self._cluster, found)

    def _renew_on(self) -> None:
        pause = self._terms.renew_s
        # A thread that gets no core loses the lease as an API does that gives no answer.
        with real_time():
            while not self._over.wait(pause) and not self.lost:
                pause = self._terms.renew_s if self._renew() else self._terms.again_s

    def _renew(self) -> bool:
        """Renew once and tell whether it worked; what did not is kept for the message."""
        with self._writing:
            self._asked_s = asked = now_s()
            try:
                self._state = self._renewed()
            except NotFoundError:
                self._lost = self._lost or "somebody deleted it, or its namespace"
            except ClusterError as error:
                self._failure = error.got
                return False
            else:
                self._renewed_s, self._failure = asked, ""
            finally:
                self._asked_s, self._ended_s = None, now_s()
            return True

    def _renewed(self) -> LeaseState:
        held = self._state
        try:
            return renew_lease(self._cluster, held)
        except ConflictError:
            found = read_lease(self._cluster, held.namespace, held.name)
            if found.holder != held.holder:
                self._lost = f"{found.holder or 'nobody'} has it since {found.acquired}"
                raise
            # An earlier renewal arrived though its answer did not, or somebody labelled it.
            return renew_lease(self._cluster, found)
