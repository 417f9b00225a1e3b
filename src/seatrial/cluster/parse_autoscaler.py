"""Makes autoscalers of the API's JSON, with the rules that hold where an object gives none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster.quantity import share
from seatrial.cluster.values import Autoscaler, ScalingPolicy, ScalingRules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.cluster.client import Json

#: The controller's, where neither direction has one of its own.
TOLERANCE = 0.1
#: The API's defaults for each direction (autoscaling/v2).
UP = ScalingRules(
    0, "Max", (ScalingPolicy("Pods", 4, 15), ScalingPolicy("Percent", 100, 15)), TOLERANCE
)
DOWN = ScalingRules(300, "Max", (ScalingPolicy("Percent", 100, 15),), TOLERANCE)


def autoscaler(raw: Json) -> Autoscaler:
    """Return the Autoscaler that this autoscaling/v2 HorizontalPodAutoscaler describes."""
    meta, spec, status = raw["metadata"], raw["spec"], raw.get("status", {})
    conditions = {item["type"]: item for item in status.get("conditions", [])}
    behavior = spec.get("behavior") or {}
    return Autoscaler(
        namespace=meta["namespace"],
        name=meta["name"],
        target_kind=spec["scaleTargetRef"]["kind"],
        target_name=spec["scaleTargetRef"]["name"],
        min_replicas=spec.get("minReplicas", 1),
        max_replicas=spec["maxReplicas"],
        current_replicas=status.get("currentReplicas", 0),
        desired_replicas=status.get("desiredReplicas", 0),
        scaling_active=_truth(conditions.get("ScalingActive")),
        able_to_scale=_truth(conditions.get("AbleToScale")),
        scaling_limited=_truth(conditions.get("ScalingLimited")),
        limited_reason=conditions.get("ScalingLimited", {}).get("reason", ""),
        cpu_utilization=_cpu(status.get("currentMetrics") or [], "current"),
        cpu_target=_cpu(spec.get("metrics") or [], "target"),
        active_reason=conditions.get("ScalingActive", {}).get("reason", ""),
        scale_up=_rules(behavior.get("scaleUp", {}), UP),
        scale_down=_rules(behavior.get("scaleDown", {}), DOWN),
    )


def _truth(condition: Json | None) -> bool | None:
    known = {"True": True, "False": False}
    return None if condition is None else known.get(condition["status"])


def _cpu(metrics: Iterable[Json], side: str) -> int | None:
    """Return the CPU utilisation, current or target, in percent of the request."""
    for metric in metrics:
        found = metric.get("resource") or metric.get("containerResource") or {}
        if found.get("name") == "cpu":
            percent: int | None = found[side].get("averageUtilization")
            return percent
    return None


def _rules(raw: Json, default: ScalingRules) -> ScalingRules:
    policies = tuple(
        ScalingPolicy(item["type"], item["value"], item["periodSeconds"])
        for item in raw.get("policies") or ()
    )
    return ScalingRules(
        stabilization_s=raw.get("stabilizationWindowSeconds", default.stabilization_s),
        select=raw.get("selectPolicy", default.select),
        policies=policies or default.policies,
        tolerance=share(raw["tolerance"]) if "tolerance" in raw else default.tolerance,
    )
