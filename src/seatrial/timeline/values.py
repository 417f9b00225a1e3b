"""The values a Timeline holds beside its requests: plan, phases, fault windows and samples."""

from __future__ import annotations

from dataclasses import dataclass

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Phase:
    """One named stretch of the trial, ``[start_ns, end_ns)`` since the epoch.

    Names: ``settle`` (loaded, never judged), ``baseline``, ``fault``, ``recovery``, ``surge`` (a
    higher rate) and ``calm`` (the low rate again). ``rate`` is what was planned in it, requests/s;
    0 in a trial saved before each phase had its own: the plan's rate then.
    """

    name: str
    start_ns: int
    end_ns: int
    rate: float = 0.0

    @property
    def planned(self) -> int | None:
        """How many requests were planned in it; None where the phase has no rate of its own."""
        seconds = (self.end_ns - self.start_ns) / NANOSECONDS
        return round(self.rate * seconds) if self.rate else None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the trial set out to do, fixed before it began."""

    trial: str
    scenario: str  # the trial's name
    rate: float  # requests/s, the highest of any phase
    arrivals: str  # "constant" or "poisson"
    seed: int
    planned: int  # requests over all phases
    deadline_ms: float  # each request's, from its intended start
    send_lag_bound_ms: float  # at P99
    phases: tuple[Phase, ...]
    arms: tuple[str, ...]
    arm_weights: tuple[float, ...]  # shares, they sum to 1
    replicas_min: int
    replicas_max: int
    experiment: str  # file name of the Chaos Toolkit experiment; "" for none
    sabotage: str  # name of the declared sabotage; "" for none
    epoch_wall: str  # RFC 3339 UTC, the wall clock at the epoch
    epoch_monotonic_ns: int  # CLOCK_MONOTONIC at the epoch
    judged_as: str = "production"  # the scenario whose promises it is judged by
    looks: int = 0  # instants in the last phase at which the load may be cut
    instruments: tuple[str, ...] = ()  # parts that were to be recorded; () in older trials

    def phase(self, name: str) -> Phase | None:
        """Return the phase of that name, or None where the plan has none."""
        return next((phase for phase in self.phases if phase.name == name), None)


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that was not the golden set's: of the request that was to start at ``at_ns``."""

    at_ns: int
    input: int  # its number in the golden set, from 0
    what: str  # what was expected and what came


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What the load process says of itself when it ends; its absence means that it died."""

    planned: int
    recorded: int
    replicas: tuple[str, ...]  # addresses (ip:port); the requests' ``replica`` indexes it
    started_ns: int
    ended_ns: int
    cpu_seconds: float
    exit_code: int
    clock_jump_ns: int = 0  # largest difference seen between wall and monotonic clock
    golden: int = 0  # inputs of the golden set that answers were compared with; 0: none were
    differences: tuple[Difference, ...] = ()  # examples, one a second at the most
    untold: int = 0  # ok answers that did not say how often the proxy tried
    cut_ns: int = 0  # the load was cut: nothing was sent from here on, though planned; 0 for never


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation that shows whether a fault landed."""

    name: str
    held: bool
    detail: str


@dataclass(frozen=True, slots=True)
class FaultTarget:
    """One object the fault hit: its identity before, and what replaced it ("" if nothing).

    ``uid_after`` equal to ``uid_before``: it came back itself, or was there all the time. ``what``
    it is: ``replica``, ``proxy``, ``node``, or the kind of another object.
    """

    name: str
    uid_before: str
    uid_after: str
    address: str  # its ip before the fault, "" where it has none
    what: str = "replica"


@dataclass(frozen=True, slots=True)
class FaultWindow:
    """One fault: when it was injected, what it hit, and the evidence that it landed.

    ``undone`` is False while anything of the fault is still in the cluster. ``changes`` says what
    of the deployment the fault itself writes: ``replicas`` (the workload's count), ``workload``
    (the rest of its spec), ``autoscaler``, or the kind of another object. ``aborted_ns``: it was
    cut short then, because it burned the error budget too fast; None: it ran its time.
    """

    name: str
    kind: str
    started_ns: int
    ended_ns: int
    targets: tuple[FaultTarget, ...]
    evidence: tuple[Evidence, ...]
    undone: bool
    note: str = ""
    changes: tuple[str, ...] = ()
    aborted_ns: int | None = None

    @property
    def landed(self) -> bool:
        """True when there is evidence and all of it held."""
        return bool(self.evidence) and all(item.held for item in self.evidence)


@dataclass(frozen=True, slots=True)
class ReplicaSample:
    """One replica as seen at one instant; ``gone`` when the API no longer has it."""

    at_ns: int
    name: str
    uid: str
    address: str
    phase: str
    ready: bool
    terminating: bool
    gone: bool
    restarts: int


@dataclass(frozen=True, slots=True)
class EndpointsSample:
    """The addresses that the workload's Service had Ready at one instant."""

    at_ns: int
    service: str
    ready: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkloadSample:
    """The workload's own counts at one instant, and who wrote its spec.

    ``writers`` are the field managers (``manager/subresource``) that own ``spec.replicas``,
    ``replicas_writer`` the one who wrote it last, at ``replicas_written`` (RFC 3339 UTC, whole
    seconds). ``spec_digest`` is one of the spec without its replicas, ``spec_writer`` who wrote
    anything of that last. ``gone`` when the API no longer has it: nothing is Ready then.
    Records of before these fields have "" in them.
    """

    at_ns: int
    name: str
    spec_replicas: int
    ready_replicas: int
    generation: int
    writers: tuple[str, ...]
    replicas_writer: str = ""
    replicas_written: str = ""
    spec_writer: str = ""
    spec_digest: str = ""
    gone: bool = False
