"""The errors of the lease: another trial has it, or this one lost it."""

from __future__ import annotations

from seatrial.errors import SeatrialError


class LeaseHeldError(SeatrialError):
    """Another trial holds the namespace, and was waited for as long as was allowed."""


class LeaseLostError(SeatrialError):
    """The lease is not this trial's any more, or nobody can say so: it must end at once."""
