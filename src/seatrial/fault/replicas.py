"""Finds the replicas of a workload, and the one that a fault is to hit. It changes nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seatrial.cluster import connect
from seatrial.errors import UsageError
from seatrial.fault.errors import FaultError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seatrial.cluster import Cluster, Pod, Scalable, WorkloadKind

#: Chaos Toolkit's `configuration` as it reaches an activity.
Configuration = dict[str, Any]


def cluster_of(configuration: Configuration | None) -> Cluster:
    """Connect as ``configuration``'s kubeconfig and context say. Raises SeatrialError."""
    given = configuration or {}
    missing = [key for key in ("kubeconfig", "context") if not given.get(key)]
    if missing:
        raise UsageError(
            "connect to the experiment's cluster",
            got=f"no {' and no '.join(missing)} in the experiment's configuration",
            expected="a kubeconfig and a context; neither is guessed",
            mend="export SEATRIAL_KUBECONFIG and SEATRIAL_CONTEXT",
        )
    return connect(kubeconfig=Path(given["kubeconfig"]), context=given["context"])


def replicas_of(
    cluster: Cluster, kind: WorkloadKind, namespace: str, workload: str, selector: str = ""
) -> tuple[Scalable, tuple[Pod, ...]]:
    """Return a workload and its pods; ``selector`` narrows them and never widens them."""
    found = cluster.scalable(kind, namespace, workload)
    narrowed = ",".join(part for part in (found.selector, selector) if part)
    return found, cluster.pods(namespace, narrowed)


def choose(pods: Sequence[Pod], *, seed: int, name_pattern: str, where: str) -> Pod:
    """Return the pod to hit: the one whose whole name ``name_pattern`` matches, or by seed.

    Only a Ready replica that is not being deleted is hit. Raises FaultError when there is none,
    or when the pattern matches several: a fault that hits something else proves nothing.
    """
    attempt = f"choose a replica of {where}"
    matching = [pod for pod in pods if re.fullmatch(name_pattern or ".*", pod.name)]
    if not matching:
        raise FaultError(
            attempt,
            got=f"none of {len(pods)} pods matches {name_pattern!r}: {_names(pods)}",
            expected="one Ready replica",
            mend="check the experiment's selector and name",
        )
    if name_pattern and len(matching) > 1:
        raise FaultError(
            attempt,
            got=f"{name_pattern!r} matches {_names(matching)}",
            expected="a pattern that the whole name of one replica matches",
        )
    able = sorted((pod for pod in matching if _able(pod)), key=lambda pod: pod.name)
    if not able:
        raise FaultError(attempt, got=_names(matching), expected="a Ready replica")
    return able[seed % len(able)]


def _able(pod: Pod) -> bool:
    return pod.ready and not pod.terminating


def _names(pods: Sequence[Pod]) -> str:
    return ", ".join(f"{pod.name} ({_state(pod)})" for pod in pods) or "no pods at all"


def _state(pod: Pod) -> str:
    return "Terminating" if pod.terminating else pod.unready_reason or "Ready"


def described(pods: Sequence[Pod]) -> list[Mapping[str, object]]:
    """Return pods as the journal keeps them."""
    return [
        {"name": pod.name, "uid": pod.uid, "address": pod.ip or "", "ready": _able(pod)}
        for pod in pods
    ]
