"""Chaos Toolkit actions: what breaks a workload. What observes it stands in `probes`."""

from seatrial.fault.actions.pods import kill_replica
from seatrial.fault.actions.undoing import undo_all

__all__ = ["kill_replica", "undo_all"]
