"""The errors of faults: an experiment that can't be run, a replica that can't be chosen."""

from __future__ import annotations

from seatrial.errors import SeatrialError, UsageError


class ExperimentError(UsageError):
    """An experiment file is not one that seatrial may run."""


class FaultError(SeatrialError):
    """The fault could not be injected, or the process that injects it failed."""
