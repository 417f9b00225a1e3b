"""A healthy trial of many requests, written as a trial writes it: what the judge's benchmark reads.

It is the synthetic trial of the tests at another rate, so every instrument has its samples and each
default objective something to judge: 1 request in 4,000 failed, in bursts, and 1 in 1,000 retried.
``python -m benchmarks.trial DIRECTORY REQUESTS constant|poisson``.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from seatrial import timeline
from tests import healthy, proxies

#: Failures come in bursts of so many requests, one burst for each so many requests of the trial.
BURST, BURST_EVERY = 40, 160_000
RETRIED_EVERY = 1_000


def write(directory: Path, count: int, arrivals: str) -> None:
    """Write a trial of ``count`` requests, one replica killed in it."""
    directory.mkdir(parents=True, exist_ok=True)
    plan = replace(healthy.plan(), rate=count * healthy.SECOND / healthy.END, arrivals=arrivals)
    load = replace(healthy.load(), planned=count, recorded=count)
    np.save(directory / "requests.npy", requests(count, arrivals))
    parts = {
        "plan.json": replace(plan, planned=count),
        "load.json": load,
        "faults.json": [healthy.fault()],
        "declared.json": healthy.declared(),
        "replicas.jsonl": healthy.replicas(),
        "endpoints.jsonl": healthy.endpoints(),
        "autoscaler.jsonl": healthy.autoscaler(),
        "workload.jsonl": healthy.workload(),
        "objects.jsonl": healthy.objects(),
        "proxy.jsonl": [_retrying(item, count) for item in proxies.proxy()],
    }
    for name, content in parts.items():
        timeline.save_part(directory, name, content)


def requests(count: int, arrivals: str) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """Return lognormal latencies over the replicas Ready at the time, all sent within 0.4 ms."""
    random = np.random.default_rng(7)
    found = np.zeros(count, dtype=timeline.REQUEST)
    intended = np.arange(count, dtype=np.int64) * healthy.END // count
    if arrivals == "poisson":
        intended = np.sort(random.integers(0, healthy.END, count))
    found["intended"] = intended
    found["sent"] = intended + random.integers(20_000, 400_000, count)
    found["end"] = found["sent"] + random.lognormal(np.log(7e6), 0.35, count).astype(np.int64)
    found["status"] = 200
    found["arm"] = random.random(count) > healthy.plan().arm_weights[0]
    found["retries"][::RETRIED_EVERY] = 1
    _place(found, random)
    burst = random.integers(0, count - BURST, count // BURST_EVERY)
    failed = np.unique(burst[:, None] + np.arange(BURST))
    found["outcome"][failed] = timeline.Outcome.ERROR
    found["error"][failed] = timeline.ERROR_KINDS.index("status")
    found["status"][failed] = 503
    return found


def _retrying(sample: timeline.ProxySample, count: int) -> timeline.ProxySample:
    """Let the first proxy count what clients are told of."""
    if sample.name != proxies.NAMES[0]:
        return sample
    first, *rest = sample.upstreams
    passed = min(max(0, sample.at_ns), healthy.END)
    retries = -(-count // RETRIED_EVERY) * passed // healthy.END
    return replace(sample, upstreams=(replace(first, retries=retries), *rest))


def _place(found: np.ndarray[Any, Any], random: np.random.Generator) -> None:
    """Give each request one of the replicas that were Ready, by their codes."""
    found["replica"] = random.integers(0, 3, len(found))
    killed = (found["intended"] >= healthy.KILL) & (found["replica"] == 1)
    back = found["intended"] >= healthy.BACK
    found["replica"][killed & back] = 3
    gap = np.flatnonzero(killed & ~back)
    found["replica"][gap] = np.where(np.arange(gap.size) % 2, 0, 2)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
