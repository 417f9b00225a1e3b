"""What of the deployment an experiment's own activities write, so that it is no other writer's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.fault import evidence

if TYPE_CHECKING:
    from seatrial.fault.journal import Journal

#: Activities of Chaos Toolkit's Kubernetes extension that write a spec, and what of it. Those of
#: this package tell it themselves.
WRITES = {
    "chaosk8s.actions.scale_microservice": "replicas",
    "chaosk8s.deployment.actions.scale_deployment": "replicas",
    "chaosk8s.deployment.actions.rollout_deployment": "workload",
    "chaosk8s.statefulset.actions.scale_statefulset": "replicas",
    "chaosk8s.service.actions.delete_service": "Service",
}


def changes(told: Journal) -> tuple[str, ...]:
    """Return what the method and the rollbacks wrote, sorted, as ``FaultWindow.changes`` has it."""
    ran = (*told.method, *told.rollbacks)
    known = {WRITES[item.function] for item in ran if item.function in WRITES}
    own = {word for item in evidence.told(told) for word in item.get("changes", ())}
    return tuple(sorted(known | own))
