"""Chaos Toolkit actions: what breaks a workload. What observes it stands in `probes`."""

from seatrial.fault.actions.pods import (
    delete_replica,
    delete_replicas,
    evict_replica,
    kill_replica,
)
from seatrial.fault.actions.proxies import evict_proxy, kill_proxy
from seatrial.fault.actions.undoing import undo_all

__all__ = [
    "delete_replica",
    "delete_replicas",
    "evict_proxy",
    "evict_replica",
    "kill_proxy",
    "kill_replica",
    "undo_all",
]
