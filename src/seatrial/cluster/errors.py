"""The errors that leave `seatrial.cluster`; no exception of a client library does."""

from __future__ import annotations

from seatrial.errors import SeatrialError


class ClusterError(SeatrialError):
    """The cluster's API refused, failed, or did not answer in time."""


class NotFoundError(ClusterError):
    """The object does not exist (any more)."""


class ConflictError(ClusterError):
    """The object is not the one that was meant: its UID or version differs."""


class BudgetError(ClusterError):
    """A PodDisruptionBudget does not allow another eviction now, or the server asks to wait."""


class ForbiddenError(ClusterError):
    """The identity in the kubeconfig may not do this."""


class ReadOnlyError(ClusterError):
    """The connection was made for reading alone, and was asked to change something."""
