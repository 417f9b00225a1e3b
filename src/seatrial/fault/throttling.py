"""Reads how often the kernel made a container wait for CPU, from its kubelet's own metrics.

The kubelet looks every 10 s or so: what it tells is up to that much old, and says when it was
seen. It is read through the API server (``nodes/proxy``).
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.cluster import kubelet
from seatrial.fault.errors import FaultError
from seatrial.fault.waiting import look_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster import Cluster
    from seatrial.fault.containers import Instance

#: s within which the kubelet looks again: 10 by default, up to 15 where nothing changes.
LOOKS_WITHIN_S = 16.0
_PERIODS = "container_cpu_cfs_periods_total"
_THROTTLED = "container_cpu_cfs_throttled_periods_total"
_SECONDS = "container_cpu_cfs_throttled_seconds_total"
_AT = "seen at"
_MILLISECONDS = 1000
_LINE = re.compile(r"^(?P<name>\w+)\{(?P<labels>.*)\} (?P<value>\S+)(?: (?P<at>\d+))?$")
_GROUP = re.compile(r'\bid="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Throttling:
    """Counters since the container's start: periods (of 100 ms), those cut short, s of waiting.

    ``seen_at`` is when the kubelet read them, s of its wall clock.
    """

    periods: float
    throttled: float
    seconds: float
    seen_at: float

    def since(self, earlier: Throttling) -> Throttling:
        """Return what was counted since then."""
        return Throttling(
            self.periods - earlier.periods,
            self.throttled - earlier.throttled,
            self.seconds - earlier.seconds,
            self.seen_at,
        )

    def __str__(self) -> str:
        """Say it for people."""
        return (
            f"throttled in {self.throttled:.0f} of {self.periods:.0f} periods, {self.seconds:.2f} s"
        )


def read(cluster: Cluster, instance: Instance) -> Throttling:
    """Return a container's counters. Raises ClusterError, FaultError when its node tells none."""
    text = kubelet.container_metrics(cluster, instance.node)
    found = parse(text, instance.id, instance.pod_uid)
    if found is None:
        raise FaultError(
            f"read how often {instance.name} of {instance.pod} was throttled",
            got=f"nothing of its cgroup in the metrics of node {instance.node}",
            expected=f"{_THROTTLED}, which a container with a CPU limit has",
            mend="wait 15 s after its start; else look at /metrics/cadvisor of the node's kubelet",
        )
    return found


def read_anew(cluster: Cluster, instance: Instance) -> Throttling:
    """Return the counters as the kubelet sees them from now on; wait for it to look again.

    After `LOOKS_WITHIN_S` what it saw last is returned.
    """
    now = time.time()
    return look_until(
        lambda: read(cluster, instance), lambda it: it.seen_at >= now, deadline_s=LOOKS_WITHIN_S
    )


def parse(text: str, container_id: str, pod_uid: str) -> Throttling | None:
    """Return the counters of the container's own cgroup, else of its pod's; None without."""
    # With the systemd driver a pod's UID has underscores.
    uids = (f"pod{pod_uid}", f"pod{pod_uid.replace('-', '_')}")
    found: dict[str, dict[str, float]] = {}
    for name, group, value, at in _values(text):
        if container_id in group:
            found.setdefault("container", {}).update({name: value, _AT: at})
        elif group.removesuffix(".slice").endswith(uids):
            found.setdefault("pod", {}).update({name: value, _AT: at})
    own = found.get("container") or found.get("pod") or {}
    if not {_PERIODS, _THROTTLED, _SECONDS} <= set(own):
        return None
    return Throttling(own[_PERIODS], own[_THROTTLED], own[_SECONDS], own[_AT])


def _values(text: str) -> Iterator[tuple[str, str, float, float]]:
    for line in text.splitlines():
        if line.startswith("container_cpu_cfs_") and (match := _LINE.match(line)):
            group = _GROUP.search(match["labels"])
            at = int(match["at"] or 0) / _MILLISECONDS
            yield match["name"], group[1] if group else "", float(match["value"]), at
