"""Chaos Toolkit actions: what breaks a workload. What observes it stands in `probes`."""

from seatrial.fault.actions.counts import no_metrics, scale_by_hand
from seatrial.fault.actions.cpu import burn_cpu, squeeze_cpu
from seatrial.fault.actions.memory import squeeze_memory
from seatrial.fault.actions.network import cut_off_replica
from seatrial.fault.actions.nodes import drain_node, lose_node
from seatrial.fault.actions.pods import (
    delete_replica,
    delete_replicas,
    evict_replica,
    kill_replica,
)
from seatrial.fault.actions.processes import hang_replica, kill_server, kill_worker
from seatrial.fault.actions.proxies import evict_proxy, kill_proxy
from seatrial.fault.actions.revisions import broken_rollout, rolling_restart
from seatrial.fault.actions.undoing import undo_all

__all__ = [
    "broken_rollout",
    "burn_cpu",
    "cut_off_replica",
    "delete_replica",
    "delete_replicas",
    "drain_node",
    "evict_proxy",
    "evict_replica",
    "hang_replica",
    "kill_proxy",
    "kill_replica",
    "kill_server",
    "kill_worker",
    "lose_node",
    "no_metrics",
    "rolling_restart",
    "scale_by_hand",
    "squeeze_cpu",
    "squeeze_memory",
    "undo_all",
]
