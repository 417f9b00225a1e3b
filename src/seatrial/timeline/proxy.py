"""What the proxies in front say of themselves: their own counts of attempts and of replicas.

Counters only ever grow while a proxy lives; one that is replaced or restarted begins at 0 again.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UpstreamCounts:
    """One proxy's counts towards one upstream (an arm's replicas, as the proxy knows them).

    All count since the proxy's start, but for the last three, which tell its state. ``requests``
    are attempts: each retry is one more. ``retry_overflow``, ``pending_overflow`` and
    ``active_overflow`` are attempts that a limit of the proxy's own forbade. ``ejections`` are the
    times that a replica was left out for its errors.
    """

    upstream: str
    requests: int
    retries: int
    retry_successes: int
    retry_overflow: int
    pending_overflow: int
    active_overflow: int
    timeouts: int  # whole requests; the client gets a 504
    try_timeouts: int  # single attempts
    ejections: int
    health_failures: int  # health checks that a replica did not pass
    ejections_active: int
    members: int
    members_healthy: int

    @property
    def overflows(self) -> int:
        """Attempts that a limit of the proxy's own forbade, of whatever kind."""
        return self.retry_overflow + self.pending_overflow + self.active_overflow


@dataclass(frozen=True, slots=True)
class ProxySample:
    """One proxy as it answered, between ``asked_ns`` and ``at_ns``, when its answer was whole.

    ``answered`` is False, and ``upstreams`` empty, when no answer came; ``gone`` is True once the
    API has the proxy no longer. ``restarts`` are its containers'. ``ejected`` are the addresses
    (ip:port) of the replicas that it left out for their errors at the time.
    """

    at_ns: int
    asked_ns: int
    name: str
    uid: str
    restarts: int
    answered: bool
    gone: bool
    upstreams: tuple[UpstreamCounts, ...]
    ejected: tuple[str, ...] = ()
