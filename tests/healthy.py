"""The parts of a healthy synthetic trial: 130 s at 120 requests/s, a replica killed, nobody hurt.

Values alone. ``timelines`` puts them together, and lets a test damage them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial import timeline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

SECOND = 1_000_000_000
RATE = 120
KILL = 40 * SECOND + 250_000_000
#: When the killed replica's successor is Ready.
BACK = 62 * SECOND
END = 130 * SECOND
WATCHED = 140 * SECOND
EVERY = range(0, WATCHED, 5 * SECOND)
#: When the instruments see something: in each round, when the endpoint goes, when it is back.
INSTANTS = sorted([*EVERY, KILL + SECOND // 2, BACK])


def plan() -> timeline.Plan:
    """Return the plan of the trial."""
    names = (("settle", 0, 10), ("baseline", 10, 40), ("fault", 40, 100), ("recovery", 100, 130))
    return timeline.Plan(
        trial="20260101-120000",
        scenario="production",
        rate=float(RATE),
        arrivals="poisson",
        seed=42,
        planned=RATE * 130,
        deadline_ms=1000.0,
        send_lag_bound_ms=5.0,
        phases=tuple(timeline.Phase(name, a * SECOND, b * SECOND) for name, a, b in names),
        arms=("baseline-predictor", "enhanced-predictor"),
        arm_weights=(0.7, 0.3),
        replicas_min=3,
        replicas_max=10,
        experiment="kill-replica.yaml",
        sabotage="",
        epoch_wall="2026-01-01T12:00:00Z",
        epoch_monotonic_ns=1,
        instruments=(*timeline.PERIODS_S, "declared", "lease", "attestation"),
    )


def requests() -> NDArray[Any]:
    """Return seeded requests: all ok, some 7 ms each, over the replicas Ready at the time."""
    random = np.random.default_rng(7)
    found = np.zeros(RATE * 130, dtype=timeline.REQUEST)
    found["intended"] = np.sort(random.integers(0, END, found.size))
    found["sent"] = found["intended"] + random.integers(20_000, 400_000, found.size)
    latency = random.lognormal(np.log(7e6), 0.35, found.size)
    found["end"] = found["sent"] + latency.astype(np.int64)
    found["status"] = 200
    found["arm"] = random.random(found.size) > 0.7
    found["replica"] = random.integers(0, 3, found.size)
    killed = (found["intended"] >= KILL) & (found["replica"] == 1)
    found["replica"][killed & (found["intended"] >= BACK)] = 3
    gap = np.flatnonzero(killed & (found["intended"] < BACK))
    found["replica"][gap] = np.where(np.arange(gap.size) % 2, 0, 2)
    return found


def load() -> timeline.LoadReport:
    """Return the load process's report; the replicas' addresses by the requests' codes."""
    return timeline.LoadReport(
        planned=RATE * 130,
        recorded=RATE * 130,
        replicas=tuple(f"10.0.0.{index}:8080" for index in range(1, 5)),
        started_ns=0,
        ended_ns=END,
        cpu_seconds=2.5,
        exit_code=0,
        golden=16,
    )


def fault() -> timeline.FaultWindow:
    """Return the kill of mlserver-1, landed and over."""
    return timeline.FaultWindow(
        name="kill-replica",
        kind="kill-replica",
        started_ns=KILL,
        ended_ns=BACK,
        targets=(timeline.FaultTarget("mlserver-1", "b", "d", "10.0.0.2"),),
        evidence=(timeline.Evidence("successor", held=True, detail="uid d in place of uid b"),),
        undone=True,
    )


def _replica(at: int, index: int, uid: str, address: str, **now: bool) -> timeline.ReplicaSample:
    return timeline.ReplicaSample(
        at_ns=at,
        name=f"mlserver-{index}",
        uid=uid,
        address=address,
        phase="Running",
        ready=now.get("ready", True),
        terminating=False,
        gone=now.get("gone", False),
        restarts=0,
    )


def replicas() -> tuple[timeline.ReplicaSample, ...]:
    """Return samples of three replicas, mlserver-1 killed and replaced."""
    found = []
    for at in EVERY:
        found += [_replica(at, 0, "a", "10.0.0.1"), _replica(at, 2, "c", "10.0.0.3")]
        if at < KILL:
            found.append(_replica(at, 1, "b", "10.0.0.2"))
        else:
            found.append(_replica(at, 1, "d", "10.0.0.4", ready=at >= BACK))
    found += [
        _replica(KILL + SECOND // 10, 1, "b", "10.0.0.2", ready=False, gone=True),
        _replica(BACK, 1, "d", "10.0.0.4"),
    ]
    return tuple(sorted(found, key=lambda item: item.at_ns))


def _all_ready(at: int) -> bool:
    return at < KILL or at >= BACK


def endpoints() -> tuple[timeline.EndpointsSample, ...]:
    """Return the Ready addresses: two while the killed replica is being replaced."""

    def ready(at: int) -> tuple[str, ...]:
        newest = "10.0.0.2" if at < KILL else "10.0.0.4"
        every = ("10.0.0.1", newest, "10.0.0.3")
        return every if _all_ready(at) else every[::2]

    return tuple(timeline.EndpointsSample(at, "mlserver", ready(at)) for at in INSTANTS)


def autoscaler() -> tuple[timeline.AutoscalerSample, ...]:
    """Return an autoscaler that is content with three."""
    return tuple(
        timeline.AutoscalerSample(
            at_ns=at,
            name="mlserver-hpa",
            minimum=3,
            maximum=10,
            current=3,
            desired=3,
            scaling_active=True,
            scaling_limited=False,
            reason="",
            cpu_percent=40,
        )
        for at in EVERY
    )


def workload() -> tuple[timeline.WorkloadSample, ...]:
    """Return the workload's counts: three asked for all the time."""
    return tuple(
        timeline.WorkloadSample(
            at_ns=at,
            name="mlserver",
            spec_replicas=3,
            ready_replicas=3 if _all_ready(at) else 2,
            generation=1,
            writers=("kube-controller-manager/scale",),
            replicas_writer="kube-controller-manager/scale",
            replicas_written="2026-01-01T11:59:00Z",
            spec_writer="seatrial",
            spec_digest="0123456789abcdef",
        )
        for at in INSTANTS
    )


def objects(instants: Iterable[int] = EVERY) -> tuple[timeline.ObjectSample, ...]:
    """Return the objects of the deployment, which nobody changes."""
    names = (
        ("StatefulSet", "mlserver"),
        ("Deployment", "seldon-envoy"),
        ("Service", "mlserver"),
        ("Service", "seldon-mesh"),
        ("HorizontalPodAutoscaler", "mlserver-hpa"),
        ("ConfigMap", "seldon-envoy"),
    )
    return tuple(
        timeline.ObjectSample(
            at_ns=at,
            kind=kind,
            name=name,
            uid=f"{kind}-{name}",
            digest="0123456789abcdef",
            writer="seatrial",
            written="2026-01-01T11:58:00Z",
        )
        for at in instants
        for kind, name in names
    )


def declared() -> timeline.Declared:
    """Return what was read back as the load started: nothing is missing."""
    return timeline.Declared(-5 * SECOND, "the applied embedded", ())


def lease() -> timeline.LeaseKept:
    """Return the lease, held to the end."""
    return timeline.LeaseKept("ci pid 1", END + SECOND, "")


def attestation(*differences: timeline.Change) -> timeline.Attestation:
    """Return an attestation that found these differences, or none."""
    seen = timeline.Snapshot(
        objects={"StatefulSet mlserver": {"spec.replicas": "3"}},
        pods=(timeline.Pods("StatefulSet mlserver", 3, {"ready": "True"}),),
        autoscaled=("StatefulSet mlserver",),
    )
    return timeline.Attestation(-7 * SECOND, WATCHED, seen, seen, differences)
