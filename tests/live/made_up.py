"""Runs an experiment on the live workload, and makes up the load that its pods would have served.

The pods only pause: what a fault does to them is real, the answers beside it are not.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial import fault
from seatrial.timeline import REQUEST, ProxySample, UpstreamCounts

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from seatrial.timeline import FaultTarget, FaultWindow

DEADLINE_S = 150.0
_S = 1_000_000_000


def experiment(file: Path, directory: Path, variables: dict[str, str]) -> FaultWindow:
    """Run ``file`` and return its window, every pod that was hit made to have been serving."""
    began = time.monotonic_ns()
    fault.start(file, env=variables, directory=directory).wait(DEADLINE_S)
    requests = _requests(began)
    found = fault.window(directory, requests, 0)
    replicas = [f"{item.address}:8080" for item in found.targets]
    proxies = [sample for item in found.targets for sample in _samples(item, found.started_ns)]
    return fault.window(directory, requests, 0, replicas, proxies)


def missing(window: FaultWindow) -> dict[str, str]:
    """Return the evidence that did not hold."""
    return {item.name: item.detail for item in window.evidence if not item.held}


def _requests(began_ns: int) -> NDArray[Any]:
    """Return a request each 10 ms from then until now, 5 ms long, answered by replicas in turn."""
    sent = np.arange(began_ns, time.monotonic_ns(), 10_000_000)
    found = np.zeros(len(sent), dtype=REQUEST)
    found["sent"], found["end"] = sent, sent + 5_000_000
    found["replica"] = np.arange(len(sent)) % 3
    return found


def _samples(target: FaultTarget, fault_ns: int) -> tuple[ProxySample, ...]:
    """Return two looks at a proxy in the seconds before the fault, its count risen between."""
    return tuple(
        ProxySample(
            at_ns=fault_ns - before * _S,
            asked_ns=fault_ns - before * _S,
            name=target.name,
            uid=target.uid_before,
            restarts=0,
            answered=True,
            gone=False,
            upstreams=(UpstreamCounts("an-arm", count, *(0 for _ in range(12))),),
        )
        for before, count in ((3, 100), (1, 300))
    )
