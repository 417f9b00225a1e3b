"""What the cluster said, as plain values: pods, workloads, autoscalers, endpoints.

Nothing here knows the API's field names or a client: the `parse_*` modules make these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a watch says of a value: it is there, it changed, it is gone.
Event = Literal["ADDED", "MODIFIED", "DELETED"]
WorkloadKind = Literal["StatefulSet", "Deployment"]


@dataclass(frozen=True, slots=True)
class ContainerState:
    """One container: what the node runs, and the resources in effect for it.

    CPU in millicores, memory in MiB, rounded down; None where none is set. ``env`` holds pairs of
    name and value; a value that comes from elsewhere is shown as ``<from …>``. ``image_id`` is
    empty until the container has started once.
    """

    name: str
    image: str
    image_id: str
    ready: bool
    restart_count: int
    cpu_request_m: int | None
    cpu_limit_m: int | None
    memory_request_mib: int | None
    memory_limit_mib: int | None
    env: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod at one instant.

    ``ip`` is None before it has one; ``terminating`` is True once its deletion was asked for;
    ``created`` is RFC 3339 UTC; ``unready_reason`` says why it is not Ready, "" when it is.
    """

    name: str
    uid: str
    ip: str | None
    node: str
    phase: str
    ready: bool
    terminating: bool
    restarts: int
    labels: Mapping[str, str]
    created: str
    unready_reason: str
    containers: tuple[ContainerState, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote something last: the field manager (``manager/subresource``), and when.

    ``at`` is RFC 3339 UTC in whole seconds; both are "" where no managed field says.
    """

    name: str
    at: str


@dataclass(frozen=True, slots=True)
class Scalable:
    """A StatefulSet or Deployment at one instant.

    ``selector`` is its own label selector as the API takes it; ``replica_writers`` names the
    field managers that own ``spec.replicas`` (with ``/scale`` for the subresource).
    ``replicas_written`` says who wrote ``spec.replicas`` last, ``spec_written`` who wrote anything
    else of ``spec``; ``spec_digest`` is one of all that else.
    """

    kind: WorkloadKind
    namespace: str
    name: str
    uid: str
    generation: int
    observed_generation: int
    spec_replicas: int
    replicas: int
    ready_replicas: int
    updated_replicas: int
    resource_version: str
    selector: str
    replica_writers: tuple[str, ...]
    replicas_written: Writer
    spec_written: Writer
    spec_digest: str


@dataclass(frozen=True, slots=True)
class ScalingPolicy:
    """How much an autoscaler may change in one period: ``kind`` is ``Percent`` or ``Pods``."""

    kind: str
    value: int
    period_s: int


@dataclass(frozen=True, slots=True)
class ScalingRules:
    """What an autoscaler keeps to in one direction, the API's defaults filled in.

    ``select`` is ``Max``, ``Min`` or ``Disabled``; ``tolerance`` is a share of the target.
    """

    stabilization_s: int
    select: str
    policies: tuple[ScalingPolicy, ...]
    tolerance: float


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """A HorizontalPodAutoscaler at one instant; a condition it has not reported is None.

    ``cpu_utilization`` is the percentage of the CPU request that its pods use on average,
    ``cpu_target`` the percentage it aims at; None where it has none. ``active_reason`` says why
    ``scaling_active`` is as it is.
    """

    namespace: str
    name: str
    target_kind: str
    target_name: str
    min_replicas: int
    max_replicas: int
    current_replicas: int
    desired_replicas: int
    scaling_active: bool | None
    able_to_scale: bool | None
    scaling_limited: bool | None
    limited_reason: str
    cpu_utilization: int | None
    cpu_target: int | None
    active_reason: str
    scale_up: ScalingRules
    scale_down: ScalingRules


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses behind a Service, of all its EndpointSlices, sorted."""

    namespace: str
    service: str
    ready: tuple[str, ...]
    not_ready: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An HTTP answer that came through the API server's proxy; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
