"""Autoscalers as values: conditions, CPU and its target, the rules of each direction."""

from __future__ import annotations

from typing import Any

from seatrial.cluster import parse_autoscaler
from seatrial.cluster.values import ScalingPolicy, ScalingRules

Json = dict[str, Any]

META = {"name": "mlserver-hpa", "namespace": "ns", "uid": "u"}


def _conditions(**states: Json) -> list[Json]:
    return [{"type": kind, **value} for kind, value in states.items()]


HPA: Json = {
    "metadata": META,
    "spec": {
        "minReplicas": 3,
        "maxReplicas": 10,
        "scaleTargetRef": {"kind": "StatefulSet", "name": "mlserver"},
    },
    "status": {
        "currentReplicas": 3,
        "desiredReplicas": 4,
        "conditions": _conditions(
            ScalingActive={"status": "True"},
            ScalingLimited={"status": "False", "reason": "DesiredWithinRange"},
        ),
        "currentMetrics": [
            {
                "type": "Resource",
                "resource": {"name": "memory", "current": {"averageUtilization": 12}},
            },
            {
                "type": "Resource",
                "resource": {"name": "cpu", "current": {"averageUtilization": 81}},
            },
        ],
    },
}


def test_an_autoscaler_keeps_what_it_does_not_know_apart() -> None:
    """A condition that was never reported is None, which is neither true nor false."""
    found = parse_autoscaler.autoscaler(HPA)
    assert (found.scaling_active, found.able_to_scale, found.scaling_limited) == (True, None, False)
    assert (found.desired_replicas, found.cpu_utilization, found.limited_reason) == (
        4,
        81,
        "DesiredWithinRange",
    )
    assert parse_autoscaler.autoscaler({**HPA, "status": {}}).cpu_utilization is None


def test_what_an_object_leaves_out_is_the_apis_default() -> None:
    """Without a behavior the API's own rules hold: up at once, down after 300 s."""
    found = parse_autoscaler.autoscaler(HPA)
    whole = ScalingPolicy("Percent", 100, 15)
    assert found.scale_up == ScalingRules(0, "Max", (ScalingPolicy("Pods", 4, 15), whole), 0.1)
    assert found.scale_down == ScalingRules(300, "Max", (whole,), 0.1)
    assert found.cpu_target is None


def test_an_objects_own_rules_are_kept() -> None:
    """Windows, policies, selection, tolerance and target are the object's where it has them."""
    spec: Json = {
        **HPA["spec"],
        "metrics": [
            {"resource": {"name": "memory", "target": {"averageUtilization": 80}}},
            {"containerResource": {"name": "cpu", "target": {"averageUtilization": 70}}},
        ],
        "behavior": {
            "scaleUp": {"stabilizationWindowSeconds": 60, "tolerance": "50m"},
            "scaleDown": {
                "selectPolicy": "Min",
                "policies": [{"type": "Percent", "value": 10, "periodSeconds": 60}],
            },
        },
    }
    found = parse_autoscaler.autoscaler({**HPA, "spec": spec})
    assert (found.scale_up.stabilization_s, found.scale_up.tolerance) == (60, 0.05)
    assert len(found.scale_up.policies) == 2
    assert found.scale_down == ScalingRules(300, "Min", (ScalingPolicy("Percent", 10, 60),), 0.1)
    assert found.cpu_target == 70
