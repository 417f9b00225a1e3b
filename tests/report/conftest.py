"""A synthetic Timeline with the shape of a real trial: seeded, a killed replica in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seatrial import timeline as record

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SECOND = 1_000_000_000
RATE = 120
KILL = 40 * SECOND
BACK = 62 * SECOND
END = 130 * SECOND


def make_plan() -> record.Plan:
    """Return the plan of a trial of 130 s at 120 requests/s."""
    names = (("settle", 0, 10), ("baseline", 10, 40), ("fault", 40, 100), ("recovery", 100, 130))
    return record.Plan(
        trial="20260101-120000",
        scenario="kill-replica",
        rate=float(RATE),
        arrivals="poisson",
        seed=42,
        planned=RATE * 130,
        deadline_ms=1000.0,
        send_lag_bound_ms=5.0,
        phases=tuple(record.Phase(name, a * SECOND, b * SECOND) for name, a, b in names),
        arms=("baseline-predictor", "enhanced-predictor"),
        arm_weights=(0.7, 0.3),
        replicas_min=3,
        replicas_max=10,
        experiment="kill-replica.yaml",
        sabotage="",
        epoch_wall="2026-01-01T12:00:00Z",
        epoch_monotonic_ns=1,
    )


def make_requests() -> NDArray[Any]:
    """Return seeded requests: some 7 ms each, slower and a few failing after the kill."""
    random = np.random.default_rng(7)
    requests = np.zeros(RATE * 130, dtype=record.REQUEST)
    requests["intended"] = np.sort(random.integers(0, END, requests.size))
    requests["sent"] = requests["intended"] + random.integers(20_000, 400_000, requests.size)
    latency = random.lognormal(np.log(7e6), 0.35, requests.size)
    hit = (requests["intended"] > KILL) & (requests["intended"] < KILL + 3 * SECOND)
    latency[hit] *= 2.5
    requests["end"] = requests["sent"] + latency.astype(np.int64)
    requests["status"] = 200
    requests["arm"] = random.random(requests.size) > 0.7
    requests["replica"] = random.integers(0, 3, requests.size)
    failing = np.flatnonzero(hit)[::40]
    requests["outcome"][failing] = record.Outcome.ERROR
    requests["error"][failing] = record.ERROR_KINDS.index("reset")
    late = np.flatnonzero(hit)[5:7]
    requests["outcome"][late] = record.Outcome.TIMEOUT
    requests["error"][late] = record.ERROR_KINDS.index("deadline")
    requests["status"][late] = 0
    requests["end"][late] = requests["intended"][late] + SECOND
    return requests


def make_replicas() -> list[record.ReplicaSample]:
    """Return samples of three replicas, the second killed and replaced."""

    def sample(
        at: int, index: int, uid: str, *, ready: bool, **flags: bool
    ) -> record.ReplicaSample:
        return record.ReplicaSample(
            at_ns=at,
            name=f"mlserver-{index}",
            uid=uid,
            address=f"10.64.0.{index}",
            phase="Running",
            ready=ready,
            terminating=flags.get("terminating", False),
            gone=flags.get("gone", False),
            restarts=0,
        )

    found = []
    for at in range(0, END, 5 * SECOND):
        found += [sample(at, index, f"{index}aaaa-1", ready=True) for index in (0, 2)]
        if at < KILL:
            found.append(sample(at, 1, "1aaaa-1", ready=True))
    found += [
        sample(KILL + 20_000_000, 1, "1aaaa-1", ready=False, terminating=True),
        sample(KILL + SECOND, 1, "1aaaa-1", ready=False, gone=True),
        sample(KILL + SECOND + 100_000_000, 1, "1bbbb-2", ready=False),
        sample(BACK, 1, "1bbbb-2", ready=True),
        sample(120 * SECOND, 1, "1bbbb-2", ready=True),
    ]
    return sorted(found, key=lambda item: item.at_ns)


def save_trial(directory: Path) -> None:
    """Write every part of the synthetic trial into ``directory``."""
    requests = make_requests()
    report = record.LoadReport(
        planned=requests.size,
        recorded=requests.size,
        replicas=tuple(f"10.64.0.{index}:8080" for index in range(3)),
        started_ns=0,
        ended_ns=END,
        cpu_seconds=2.5,
        exit_code=0,
    )
    fault = record.FaultWindow(
        name="kill-replica",
        kind="kill-replica",
        started_ns=KILL,
        ended_ns=BACK,
        targets=(record.FaultTarget("mlserver-1", "1aaaa-1", "1bbbb-2", "10.64.0.1"),),
        evidence=(record.Evidence("old uid gone", held=True, detail="1aaaa-1"),),
        undone=True,
    )
    directory.mkdir(parents=True, exist_ok=True)
    np.save(directory / "requests.npy", requests)
    record.save_part(directory, "plan.json", make_plan())
    record.save_part(directory, "load.json", report)
    record.save_part(directory, "faults.json", [fault])
    record.save_part(directory, "replicas.jsonl", make_replicas())
    save_counts(directory)


def save_counts(directory: Path) -> None:
    """Write the endpoint, autoscaler and workload samples."""
    instants = sorted({*range(0, END, 5 * SECOND), KILL + 30_000_000, BACK})
    lost = [KILL < at < BACK for at in instants]
    addresses = ("10.64.0.0", "10.64.0.1", "10.64.0.2")
    record.save_part(
        directory,
        "endpoints.jsonl",
        [
            record.EndpointsSample(at, "mlserver", addresses[::2] if gone else addresses)
            for at, gone in zip(instants, lost, strict=True)
        ],
    )
    record.save_part(
        directory,
        "workload.jsonl",
        [
            record.WorkloadSample(at, "mlserver", 3, 2 if gone else 3, 1, ("seatrial",))
            for at, gone in zip(instants, lost, strict=True)
        ],
    )
    record.save_part(
        directory,
        "autoscaler.jsonl",
        [
            record.AutoscalerSample(
                at_ns=at,
                name="mlserver-hpa",
                minimum=3,
                maximum=10,
                current=3,
                desired=4 if at > 110 * SECOND else 3,
                scaling_active=True,
                scaling_limited=False,
                reason="",
                cpu_percent=41,
            )
            for at in instants
        ],
    )


@pytest.fixture(scope="session")
def trial_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of one synthetic trial, every part of it written."""
    directory = tmp_path_factory.mktemp("trial") / "20260101-120000"
    save_trial(directory)
    return directory


@pytest.fixture
def trial(trial_dir: Path) -> record.Timeline:
    """Return the synthetic trial, read back."""
    return record.load(trial_dir)
