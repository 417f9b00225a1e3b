"""What the cluster said, as the Timeline keeps it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.timeline import (
    AutoscalerSample,
    EndpointsSample,
    ReplicaSample,
    ScalingPolicy,
    ScalingRules,
    WorkloadSample,
)

if TYPE_CHECKING:
    from seatrial.cluster import Autoscaler, Endpoints, Pod, Scalable
    from seatrial.cluster import ScalingRules as Rules


def of_pod(at_ns: int, pod: Pod, *, gone: bool) -> ReplicaSample:
    """Return a replica's sample; one that is gone is neither Ready nor terminating any more."""
    return ReplicaSample(
        at_ns=at_ns,
        name=pod.name,
        uid=pod.uid,
        address=pod.ip or "",
        phase=pod.phase,
        ready=pod.ready and not gone,
        terminating=pod.terminating and not gone,
        gone=gone,
        restarts=pod.restarts,
    )


def of_endpoints(at_ns: int, endpoints: Endpoints) -> EndpointsSample:
    """Return the sample of a Service's Ready addresses."""
    return EndpointsSample(at_ns=at_ns, service=endpoints.service, ready=endpoints.ready)


def of_autoscaler(at_ns: int, autoscaler: Autoscaler, *, gone: bool) -> AutoscalerSample:
    """Return an autoscaler's sample; one that is gone is as it was last."""
    return AutoscalerSample(
        at_ns=at_ns,
        name=autoscaler.name,
        minimum=autoscaler.min_replicas,
        maximum=autoscaler.max_replicas,
        current=autoscaler.current_replicas,
        desired=autoscaler.desired_replicas,
        scaling_active=autoscaler.scaling_active,
        scaling_limited=autoscaler.scaling_limited,
        reason=autoscaler.limited_reason,
        cpu_percent=autoscaler.cpu_utilization,
        cpu_target_percent=autoscaler.cpu_target,
        able_to_scale=autoscaler.able_to_scale,
        active_reason=autoscaler.active_reason,
        scale_up=_rules(autoscaler.scale_up),
        scale_down=_rules(autoscaler.scale_down),
        gone=gone,
    )


def _rules(rules: Rules) -> ScalingRules:
    return ScalingRules(
        stabilization_s=rules.stabilization_s,
        select=rules.select,
        policies=tuple(ScalingPolicy(p.kind, p.value, p.period_s) for p in rules.policies),
        tolerance=rules.tolerance,
    )


def of_workload(at_ns: int, workload: Scalable, *, gone: bool) -> WorkloadSample:
    """Return a workload's sample; one that is gone has nothing Ready, the rest as it was last."""
    return WorkloadSample(
        at_ns=at_ns,
        name=workload.name,
        spec_replicas=workload.spec_replicas,
        ready_replicas=0 if gone else workload.ready_replicas,
        generation=workload.generation,
        writers=workload.replica_writers,
        replicas_writer=workload.replicas_written.name,
        replicas_written=workload.replicas_written.at,
        spec_writer=workload.spec_written.name,
        spec_digest=workload.spec_digest,
        gone=gone,
    )
