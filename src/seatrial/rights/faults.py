"""Which parts each fault needs. A new action of `seatrial.fault` has to have its row here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.rights.parts import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: By the function that an experiment names as its provider. What reads alone needs `watch` only,
#: which every trial has.
FAULTS: Mapping[str, tuple[Part, ...]] = {
    "seatrial.fault.actions.broken_rollout": (Part.FAULT_WORKLOAD, Part.FAULT_PODS, Part.UNDO),
    "seatrial.fault.actions.burn_cpu": (Part.FAULT_HAND, Part.UNDO),
    "seatrial.fault.actions.cut_off_replica": (Part.FAULT_HAND, Part.FAULT_NETWORK, Part.UNDO),
    "seatrial.fault.actions.delete_replica": (Part.FAULT_PODS,),
    "seatrial.fault.actions.delete_replicas": (Part.FAULT_PODS,),
    "seatrial.fault.actions.drain_node": (Part.FAULT_NODES, Part.FAULT_PODS, Part.UNDO),
    "seatrial.fault.actions.evict_proxy": (Part.FAULT_PODS,),
    "seatrial.fault.actions.evict_replica": (Part.FAULT_PODS,),
    "seatrial.fault.actions.hang_replica": (Part.FAULT_HAND, Part.UNDO),
    "seatrial.fault.actions.kill_proxy": (Part.FAULT_PODS,),
    "seatrial.fault.actions.kill_replica": (Part.FAULT_PODS,),
    "seatrial.fault.actions.kill_server": (Part.FAULT_HAND, Part.UNDO),
    "seatrial.fault.actions.kill_worker": (Part.FAULT_HAND, Part.UNDO),
    "seatrial.fault.actions.lose_node": (Part.FAULT_NODES, Part.UNDO),
    "seatrial.fault.actions.no_metrics": (Part.FAULT_METRICS, Part.UNDO),
    "seatrial.fault.actions.rolling_restart": (Part.FAULT_WORKLOAD, Part.FAULT_PODS, Part.UNDO),
    "seatrial.fault.actions.scale_by_hand": (Part.FAULT_WORKLOAD, Part.UNDO),
    "seatrial.fault.actions.squeeze_cpu": (Part.FAULT_RESIZE, Part.UNDO),
    "seatrial.fault.actions.squeeze_memory": (Part.FAULT_EXEC, Part.UNDO),
    # Beside the rights of the faults that it undoes.
    "seatrial.fault.actions.undo_all": (Part.UNDO,),
    "seatrial.fault.probes.hold": (),
    "seatrial.fault.probes.ready_replicas": (),
    "seatrial.fault.probes.replicas_exist": (),
}


def of_faults(functions: Iterable[str]) -> tuple[Part, ...]:
    """Return the parts that these activities need, each once."""
    return tuple(dict.fromkeys(part for name in functions for part in FAULTS.get(name, ())))


def unknown(functions: Iterable[str]) -> tuple[str, ...]:
    """Return those of the activities that have no row: nobody can ask for their rights before."""
    return tuple(name for name in functions if name not in FAULTS)
