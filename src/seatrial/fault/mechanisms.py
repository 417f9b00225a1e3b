"""How each kind of change that a fault makes is undone, by the name its records carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.fault.undoing import burning, cpu, memory, network, nodes, processes
from seatrial.fault.undoing.counts import undo_no_metrics, undo_scale
from seatrial.fault.undoing.revisions import undo_broken, undo_restart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.undo import Mechanism

MECHANISMS: Mapping[str, Mechanism] = {
    burning.BURN: burning.end_burning,
    cpu.SQUEEZE: cpu.restore_limit,
    memory.SQUEEZE: memory.end_allocation,
    network.CUT_OFF: network.connect_again,
    network.CUT_OFF_BY_POLICY: network.remove_policy,
    processes.HANG: processes.continue_processes,
    processes.KILL: processes.remove_hand,
    processes.WORKER: processes.make_whole,
    "broken-rollout": undo_broken,
    "drain-node": nodes.uncordon,
    "lose-node": nodes.bring_back,
    "no-metrics": undo_no_metrics,
    "rolling-restart": undo_restart,
    "scale-by-hand": undo_scale,
}
