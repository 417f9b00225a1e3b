"""How long judging ten million records takes, and how much memory: on one core, from disk.

It writes a trial of that size with the default load's phases, then reads and judges it in a fresh
process pinned to one core, by every default objective, as ``seatrial judge`` would.
``python benchmarks/judge.py [--requests N] [--directory DIR]``; the targets are 1 s and 1 GB.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from rich.console import Console

from seatrial import objectives, slo, timeline

SECOND = 1_000_000_000
LENGTHS = (("settle", 10), ("baseline", 30), ("fault", 60), ("recovery", 35))
END = sum(seconds for _, seconds in LENGTHS) * SECOND
KILL, BACK = 40 * SECOND + SECOND // 4, 62 * SECOND
WEIGHTS = (0.7, 0.3)
ADDRESSES = ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4")
SLOS = Path(__file__).parents[1] / "slos"


def main() -> None:
    """Write the trial, judge it in a process of its own, and print what that took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=10_000_000)
    parser.add_argument("--directory", type=Path, help="keep the trial here and use it again")
    parser.add_argument("--judge", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.judge:
        measure(options.judge)
        return
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.directory or Path(temporary)
        if not (directory / "requests.npy").is_file():
            write(directory, options.requests)
        command = [sys.executable, __file__, "--judge", str(directory)]
        subprocess.run(command, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})


def measure(directory: Path) -> None:
    """Read, judge and count on one core; print seconds, peak memory and the outcomes."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    asked = objectives.read(SLOS)
    marks = [mark()]
    recorded = timeline.load(directory)
    marks.append(mark())
    verdicts = slo.judge(recorded, asked)
    marks.append(mark())
    slo.figures_of(recorded, dict.fromkeys(item.phase for item in verdicts))
    marks.append(mark())
    outcomes = Counter(item.outcome.value for item in verdicts)
    say = Console(width=110).print
    say(f"{len(recorded.requests):,} records, {len(verdicts)} objectives: {dict(outcomes)}")
    for name, first, last in (("read", 0, 1), ("judge", 1, 2), ("both", 0, 2), ("figures", 2, 3)):
        seconds, cpu_s = (b - a for a, b in zip(marks[first][:2], marks[last][:2], strict=True))
        say(f"{name:8} {seconds:.3f} s ({cpu_s:.3f} s of CPU), peak memory {marks[last][2]:.2f} GB")


def mark() -> tuple[float, float, float]:
    """Return the seconds of the clock and of this process's CPU, and its peak memory in GB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return time.perf_counter(), time.process_time(), peak


def write(directory: Path, count: int) -> None:
    """Write a healthy trial of ``count`` requests, one replica killed in it."""
    directory.mkdir(parents=True, exist_ok=True)
    timeline.save_part(directory, "plan.json", _plan(count))
    np.save(directory / "requests.npy", _requests(count))
    for name, content in _parts(count).items():
        timeline.save_part(directory, name, content)


def _plan(count: int) -> timeline.Plan:
    starts = np.cumsum([0, *(seconds for _, seconds in LENGTHS)]) * SECOND
    return timeline.Plan(
        trial="benchmark",
        scenario="production",
        rate=count * SECOND / END,
        arrivals="poisson",
        seed=42,
        planned=count,
        deadline_ms=1000.0,
        send_lag_bound_ms=5.0,
        phases=tuple(
            timeline.Phase(name, int(start), int(start) + seconds * SECOND)
            for (name, seconds), start in zip(LENGTHS, starts, strict=False)
        ),
        arms=("baseline-predictor", "enhanced-predictor"),
        arm_weights=WEIGHTS,
        replicas_min=3,
        replicas_max=10,
        experiment="kill-replica.yaml",
        sabotage="",
        epoch_wall="2026-01-01T12:00:00Z",
        epoch_monotonic_ns=1,
    )


def _requests(count: int) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """Lognormal latencies, 1 in 2,000 requests failed, in bursts; all sent within 0.4 ms."""
    random = np.random.default_rng(7)
    requests = np.zeros(count, dtype=timeline.REQUEST)
    intended = np.sort(random.integers(0, END, count))
    requests["intended"] = intended
    requests["sent"] = intended + random.integers(20_000, 400_000, count)
    requests["end"] = requests["sent"] + random.lognormal(np.log(7e6), 0.35, count).astype(np.int64)
    requests["status"] = 200
    requests["arm"] = random.random(count) > WEIGHTS[0]
    requests["replica"] = random.integers(0, 3, count)
    dead = (intended >= KILL) & (requests["replica"] == 1)
    requests["replica"][dead & (intended >= BACK)] = 3
    lost = np.flatnonzero(dead & (intended < BACK))
    requests["replica"][lost] = np.where(np.arange(lost.size) % 2, 0, 2)
    burst = random.integers(0, count - 40, count // 80_000)
    failed = np.unique(burst[:, None] + np.arange(40))
    requests["outcome"][failed] = timeline.Outcome.ERROR
    requests["error"][failed] = timeline.ERROR_KINDS.index("status")
    requests["status"][failed] = 503
    return requests


def _parts(count: int) -> dict[str, object]:
    looks = range(0, END + 10 * SECOND, 5 * SECOND)
    landed = timeline.Evidence("successor", held=True, detail="uid d in place of uid b")
    window = timeline.FaultWindow(
        name="kill-replica",
        kind="kill-replica",
        started_ns=KILL,
        ended_ns=BACK,
        targets=(timeline.FaultTarget("mlserver-1", "b", "d", ADDRESSES[1]),),
        evidence=(landed,),
        undone=True,
    )
    return {
        "load.json": timeline.LoadReport(
            planned=count,
            recorded=count,
            replicas=tuple(f"{address}:8080" for address in ADDRESSES),
            started_ns=0,
            ended_ns=END,
            cpu_seconds=2.5,
            exit_code=0,
        ),
        "faults.json": [window],
        "replicas.jsonl": [sample for at in looks for sample in _replicas(at)],
        "endpoints.jsonl": [
            timeline.EndpointsSample(at, "mlserver", _ready(at))
            for at in sorted({*looks, KILL + SECOND // 2, BACK})
        ],
        "workload.jsonl": [
            timeline.WorkloadSample(at, "mlserver", 3, len(_ready(at)), 1, ("hpa",)) for at in looks
        ],
        "autoscaler.jsonl": [
            timeline.AutoscalerSample(
                at,
                "mlserver-hpa",
                3,
                10,
                3,
                3,
                scaling_active=True,
                scaling_limited=False,
                reason="",
                cpu_percent=40,
            )
            for at in looks
        ],
    }


def _ready(at: int) -> tuple[str, ...]:
    middle = () if KILL <= at < BACK else (ADDRESSES[3 if at >= BACK else 1],)
    return (ADDRESSES[0], *middle, ADDRESSES[2])


def _replicas(at: int) -> list[timeline.ReplicaSample]:
    killed, back = at >= KILL, at >= BACK
    seen = (
        ("mlserver-0", "a", ADDRESSES[0], True),
        ("mlserver-1", "d" if killed else "b", ADDRESSES[3 if killed else 1], back or not killed),
        ("mlserver-2", "c", ADDRESSES[2], True),
    )
    return [
        timeline.ReplicaSample(
            at, name, uid, address, "Running", ready, terminating=False, gone=False, restarts=0
        )
        for name, uid, address, ready in seen
    ]


if __name__ == "__main__":
    main()
