"""Chaos Toolkit actions: what breaks a workload. What observes it stands in `probes`."""

from seatrial.fault.actions.pods import kill_replica

__all__ = ["kill_replica"]
