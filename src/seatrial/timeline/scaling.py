"""What an autoscaler may do in one direction, and the autoscaler as seen at one instant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScalingPolicy:
    """How much may change in ``period_s``: ``value`` replicas (``Pods``) or % (``Percent``)."""

    kind: str
    value: int
    period_s: int


@dataclass(frozen=True, slots=True)
class ScalingRules:
    """What the autoscaler keeps to in one direction.

    ``stabilization_s`` is its stabilisation window, ``select`` (``Max``, ``Min``, ``Disabled``)
    says which policy counts, ``tolerance`` is a share of the metric's target.
    """

    stabilization_s: int
    select: str
    policies: tuple[ScalingPolicy, ...]
    tolerance: float


@dataclass(frozen=True, slots=True)
class AutoscalerSample:
    """The HorizontalPodAutoscaler as seen at one instant; None is what it has not said.

    ``reason`` is that of ScalingLimited, ``active_reason`` that of ScalingActive. CPU is in
    percent of the request. ``gone`` when the API no longer has it: the rest is as it was last.
    """

    at_ns: int
    name: str
    minimum: int
    maximum: int
    current: int
    desired: int
    scaling_active: bool | None
    scaling_limited: bool | None
    reason: str
    cpu_percent: int | None
    cpu_target_percent: int | None = None
    able_to_scale: bool | None = None
    active_reason: str = ""
    scale_up: ScalingRules | None = None
    scale_down: ScalingRules | None = None
    gone: bool = False
