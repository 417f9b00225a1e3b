"""The values of ``seatrial.toml``, with their defaults: the case seatrial was built for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from seatrial.errors import UsageError

Name = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$")]
Weight = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Rate = Annotated[float, Field(gt=0, le=100_000)]


class ConfigError(UsageError):
    """``seatrial.toml`` can't be read, or a value in it is not what it must be."""


class Table(BaseModel):
    """A table of ``seatrial.toml``: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ClusterChoice(Table):
    """Which cluster: the embedded one by name, or an existing one by kubeconfig *and* context."""

    embedded: Name | None = "seatrial"
    #: How many nodes the embedded one has at least.
    nodes: int = Field(default=1, ge=1, le=9)
    kubeconfig: Path | None = None
    context: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.kubeconfig is None) != (self.context is None):
            raise ValueError("an existing cluster needs both kubeconfig and context")
        return self


class Target(Table):
    """The workload under trial, and whether seatrial deploys it (``manage``) or only judges it.

    ``manage`` left out means: yes on the embedded cluster, no on an existing one.
    ``proxy_admin_port`` is an Envoy's; 0: what the proxies count is not observed.
    ``free_deadline_s`` is how long another trial in the namespace is waited for; 0: not at all.
    """

    manage: bool | None = None
    overlay: Path = Path("k8s/overlays/embedded")
    namespace: Name = "financial-inference"
    workload: Name = "mlserver"
    workload_kind: Literal["StatefulSet", "Deployment"] = "StatefulSet"
    replica_service: Name = "mlserver"
    model_port: int = Field(default=8080, ge=1, le=65_535)
    proxy: Name = "seldon-envoy"
    proxy_admin_port: int = Field(default=9901, ge=0, le=65_535)
    service: Name = "seldon-mesh"
    autoscaler: Name | None = "mlserver-hpa"
    replicas_min: int = Field(default=3, ge=1)
    replicas_max: int = Field(default=10, ge=1)
    ready_deadline_s: Seconds = 240.0
    free_deadline_s: float = Field(default=1200.0, ge=0, le=86_400)

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.replicas_min > self.replicas_max:
            raise ValueError("replicas_min must not exceed replicas_max")
        return self


class Request(Table):
    """The request each arrival makes. ``url`` empty: the Service's own address in the cluster.

    ``token_env`` names the environment variable that holds a bearer token; the token itself is
    never written anywhere. ``golden`` is a golden set's file: its inputs are sent one after the
    other and every answer is compared; "" compares nothing, and then ``body`` is sent.
    """

    url: str = Field(default="", pattern=r"^$|^https?://[^\s]+$")
    path: str = Field(default="/v2/models/baseline-predictor/infer", pattern=r"^/[^\s]*$")
    headers: dict[str, str] = Field(
        default_factory=lambda: {
            "Host": "financial-inference.local",
            "seldon-model": "financial-ab-test.experiment",
        }
    )
    golden: Path | Literal[""] = ""
    body: Path | None = None
    token_env: str | None = None
    deadline_ms: float = Field(default=1000.0, gt=0)
    arms: dict[Name, Weight] = Field(
        default_factory=lambda: {"baseline-predictor": 70.0, "enhanced-predictor": 30.0}
    )
    arm_header: str = "x-seldon-route"
    replica_header: str = "x-seatrial-replica"
    attempts_header: str = "x-envoy-attempt-count"

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.body is not None and self.golden:
            raise ValueError("body and golden both say what is sent: leave one of them out")
        return self


class LoadShape(Table):
    """The open-loop load: requests/s, arrivals, seed and the length of each phase in seconds.

    ``network_namespace`` is the path of a network namespace (``/proc/PID/ns/net``) to send from;
    left out: the node's own for the embedded cluster, this process's for an existing one.
    ``stop_early`` lets a trial end in the second half of its last phase once all is decided.
    """

    rate: Rate = 120.0
    arrivals: Literal["constant", "poisson"] = "poisson"
    seed: int = Field(default=42, ge=0)
    settle_s: Seconds = 10.0
    baseline_s: Seconds = 30.0
    fault_s: Seconds = 60.0
    recovery_s: Seconds = 35.0
    send_lag_bound_ms: float = Field(default=5.0, gt=0)
    stop_early: bool = False
    network_namespace: Path | None = None


class Autoscaling(Table):
    """The autoscaling scenario: a load that rises and falls, and the overlay that has to follow.

    Rates in requests/s, open loop, arrivals and seed as in ``[load]``; ``baseline_rate`` holds
    while it settles, too. The range is what its autoscaler may do, ``replicas_min`` the count that
    carries baseline and calm.
    """

    overlay: Path = Path("k8s/overlays/autoscaling")
    replicas_min: int = Field(default=3, ge=1)
    replicas_max: int = Field(default=6, ge=1)
    settle_s: Seconds = 10.0
    baseline_s: Seconds = 20.0
    baseline_rate: Rate = 60.0
    surge_s: Seconds = 120.0
    surge_rate: Rate = 210.0
    calm_s: Seconds = 90.0
    calm_rate: Rate = 60.0

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if self.replicas_min >= self.replicas_max:
            raise ValueError("replicas_min must be below replicas_max: there is nothing to scale")
        if self.surge_rate <= max(self.baseline_rate, self.calm_rate):
            raise ValueError("surge_rate must be above baseline_rate and calm_rate")
        return self


class FaultChoice(Table):
    """The Chaos Toolkit experiment that breaks the workload while it is loaded.

    On an existing cluster nothing is broken unless ``allowed_context`` repeats its context's name,
    and no more than ``max_replicas`` pods, nor ``max_share`` of the Ready ones, nor below a
    PodDisruptionBudget. ``allow`` names the kinds that may reach beyond the namespace.
    ``hold_s``: how long a fault that can be held is. It is cut short when the last 5 s burn the
    error budget ``abort_burn_rate`` times too fast; 0: never.
    """

    experiment: Path = Path("experiments/kill-replica.yaml")
    allowed_context: str | None = None
    max_replicas: int = Field(default=1, ge=1)
    max_share: float = Field(default=0.5, gt=0, le=1)
    allow: tuple[Name, ...] = ()
    hold_s: Seconds = 20.0
    abort_burn_rate: float = Field(default=5.0, ge=0, allow_inf_nan=False)


class Nightly(Table):
    """The nightly scenario: each fault a trial of its own, on one cluster and one deployment.

    ``faults`` are the kinds, in the catalogue's order whatever their order here; empty: all.
    ``nodes``: how many the embedded cluster is brought up with. ``minutes``: no trial is begun
    that would end after so many. ``rollout_s`` stands in place of ``fault_s`` for a fault that
    replaces every replica, there and back. Seconds and requests/s as in ``[load]``.
    """

    overlay: Path = Path("k8s/overlays/nodes")
    nodes: int = Field(default=3, ge=1, le=9)
    faults: tuple[Name, ...] = ()
    minutes: float = Field(default=60.0, gt=0)
    rate: Rate = 60.0
    settle_s: Seconds = 5.0
    baseline_s: Seconds = 15.0
    fault_s: Seconds = 60.0
    rollout_s: Seconds = 300.0
    recovery_s: Seconds = 10.0


class Config(Table):
    """All of ``seatrial.toml``; ``root`` is the folder its relative paths start from.

    ``profile`` is a folder below ``objectives``, whose documents replace those of the same name.
    """

    root: Path
    cluster: ClusterChoice = ClusterChoice()
    target: Target = Target()
    request: Request = Request()
    load: LoadShape = LoadShape()
    autoscaling: Autoscaling = Autoscaling()
    fault: FaultChoice = FaultChoice()
    nightly: Nightly = Nightly()
    objectives: Path = Path("slos")
    profile: Name | None = None
    reports: Path = Path("reports")

    @property
    def manage(self) -> bool:
        """Whether seatrial applies the overlay and rolls it back."""
        if self.target.manage is None:
            return self.cluster.kubeconfig is None
        return self.target.manage

    def path(self, relative: Path) -> Path:
        """Return a configured path made absolute against ``root``."""
        return relative if relative.is_absolute() else self.root / relative
