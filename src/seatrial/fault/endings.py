"""Sees how a pod ends that was asked to: with which grace, by whom, and whether by itself."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seatrial.cluster import writing
from seatrial.fault.restarts import KILLED
from seatrial.fault.told import Proof, proof

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.cluster import Cluster, Pod

#: From the end of a pod's grace to its object's end: the kubelet reports, then deletes.
REPORT_S = 15.0
#: The reason that the eviction API gives in the pod's condition DisruptionTarget.
EVICTED = "EvictionByEvictionAPI"


@dataclass(slots=True)
class Ending:
    """What was seen of one pod's end. ``exits``: each container's exit code."""

    grace_s: int | None = None
    disrupted_by: str = ""
    gone: bool = False
    exits: dict[str, int] = field(default_factory=dict)

    @property
    def by_itself(self) -> bool:
        """True when every container that was seen to end was not killed, and one was seen."""
        return self.gone and bool(self.exits) and KILLED not in self.exits.values()


@dataclass(frozen=True, slots=True)
class Watch:
    """A pod before it is asked to end: nothing that happens to it after ``version`` is missed."""

    cluster: Cluster
    namespace: str
    pod: Pod
    version: str
    own_grace_s: int

    @classmethod
    def of(cls, cluster: Cluster, namespace: str, pod: Pod) -> Watch:
        """Begin to watch a pod. Raises ClusterError, NotFoundError when it is gone already."""
        version = writing.version_of(cluster, "Pod", namespace)
        spec = writing.read(cluster, "Pod", namespace, pod.name)["spec"]
        return cls(cluster, namespace, pod, version, int(spec["terminationGracePeriodSeconds"]))

    def await_end(self) -> tuple[Ending, list[Proof]]:
        """Wait until the pod is gone, or its grace and ``REPORT_S`` are over; prove how it went."""
        began = time.monotonic()
        events = writing.followed(
            self.cluster,
            "Pod",
            self.namespace,
            self.pod.name,
            version=self.version,
            seconds=self.own_grace_s + REPORT_S,
        )
        found = ending(events, self.pod.uid)
        exits = ", ".join(f"{name} exit code {code}" for name, code in found.exits.items())
        seconds = f"after {time.monotonic() - began:.1f} s"
        return found, [
            proof(
                "given its grace",
                found.grace_s == self.own_grace_s,
                f"{found.grace_s} s of its own {self.own_grace_s} s",
            ),
            proof("ended by itself", found.by_itself, f"{exits or 'no end was seen'} {seconds}"),
        ]


def ending(events: Iterable[tuple[str, dict[str, Any]]], uid: str) -> Ending:
    """Return what these events of a pod's name tell of the one with that UID, up to its end."""
    found = Ending()
    for event, raw in events:
        meta, status = raw["metadata"], raw.get("status", {})
        if meta["uid"] != uid:
            continue
        if found.grace_s is None and "deletionTimestamp" in meta:
            # The kubelet's own last deletion sets it to 0.
            found.grace_s = meta.get("deletionGracePeriodSeconds")
        for item in status.get("conditions", []):
            if item["type"] == "DisruptionTarget" and item["status"] == "True":
                found.disrupted_by = item.get("reason", "")
        for item in status.get("containerStatuses", []):
            if "terminated" in item.get("state", {}):
                found.exits[item["name"]] = item["state"]["terminated"]["exitCode"]
        if event == "DELETED":
            found.gone = True
            break
    return found
