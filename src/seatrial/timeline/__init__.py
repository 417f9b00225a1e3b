"""The record of one trial: requests, phases, fault windows and samples, as plain values and files.

It knows no clock, no network and no cluster: writers hand it values, readers get values.
Instants are nanoseconds since the trial's epoch (a reading of the monotonic clock).
"""

from seatrial.timeline.attested import ABSENT, Attestation, Change, Pods, Snapshot
from seatrial.timeline.live import PARTIAL_FILE, PENDING, ended_so_far
from seatrial.timeline.proxy import ProxySample, UpstreamCounts
from seatrial.timeline.records import (
    ERROR_KINDS,
    NANOSECONDS_PER_MS,
    NO_ARM,
    NO_REPLICA,
    REQUEST,
    Outcome,
    error_name,
    latency_ms,
    send_lag_ms,
)
from seatrial.timeline.scaling import AutoscalerSample, ScalingPolicy, ScalingRules
from seatrial.timeline.state import PERIODS_S, Declared, LeaseKept, ObjectSample
from seatrial.timeline.store import (
    Timeline,
    TimelineError,
    load,
    plan_of,
    read_part,
    save_part,
)
from seatrial.timeline.values import (
    NANOSECONDS,
    Difference,
    EndpointsSample,
    Evidence,
    FaultTarget,
    FaultWindow,
    LoadReport,
    Phase,
    Plan,
    ReplicaSample,
    WorkloadSample,
)

__all__ = [
    "ABSENT",
    "ERROR_KINDS",
    "NANOSECONDS",
    "NANOSECONDS_PER_MS",
    "NO_ARM",
    "NO_REPLICA",
    "PARTIAL_FILE",
    "PENDING",
    "PERIODS_S",
    "REQUEST",
    "Attestation",
    "AutoscalerSample",
    "Change",
    "Declared",
    "Difference",
    "EndpointsSample",
    "Evidence",
    "FaultTarget",
    "FaultWindow",
    "LeaseKept",
    "LoadReport",
    "ObjectSample",
    "Outcome",
    "Phase",
    "Plan",
    "Pods",
    "ProxySample",
    "ReplicaSample",
    "ScalingPolicy",
    "ScalingRules",
    "Snapshot",
    "Timeline",
    "TimelineError",
    "UpstreamCounts",
    "WorkloadSample",
    "ended_so_far",
    "error_name",
    "latency_ms",
    "load",
    "plan_of",
    "read_part",
    "save_part",
    "send_lag_ms",
]
