"""The Lease in the target's namespace: one trial at a time attacks what runs there, from anywhere.

`acquire` waits for it, a `HeldLease` renews it in a thread and knows when it was lost. A holder
that died lets it run out. On one machine, before there is a cluster, `trial.guard` excludes.
"""

from seatrial.lease.acquire import acquire
from seatrial.lease.errors import LeaseHeldError, LeaseLostError
from seatrial.lease.held import HeldLease
from seatrial.lease.terms import NAME, TERMS, Terms, identity

__all__ = [
    "NAME",
    "TERMS",
    "HeldLease",
    "LeaseHeldError",
    "LeaseLostError",
    "Terms",
    "acquire",
    "identity",
]
