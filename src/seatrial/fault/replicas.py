"""Finds the pods of a workload, and those that a fault is to hit. It changes nothing."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from seatrial.cluster import WorkloadKind, connect
from seatrial.errors import UsageError
from seatrial.fault import limits
from seatrial.fault.errors import FaultError
from seatrial.fault.names import checked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seatrial.cluster import Cluster, Pod, Scalable

#: "": a StatefulSet or a Deployment, whichever has the name.
EitherKind = WorkloadKind | Literal[""]
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
    return connect(
        kubeconfig=Path(given["kubeconfig"]), context=given["context"], read_only=limits.dry()
    )


def replicas_of(
    cluster: Cluster, kind: EitherKind, namespace: str, workload: str, selector: str = ""
) -> tuple[Scalable, tuple[Pod, ...]]:
    """Return a workload and its pods; ``selector`` narrows them and never widens them."""
    checked(namespace=namespace, workload=workload, workload_kind=kind, selector=selector)
    limits.check_namespace(cluster, namespace)
    if kind:
        found = cluster.scalable(kind, namespace, workload)
    else:
        found = cluster.find_scalable(namespace, workload)
    narrowed = ",".join(part for part in (found.selector, selector) if part)
    return found, cluster.pods(namespace, narrowed)


def choose(pods: Sequence[Pod], *, seed: int, name_pattern: str, where: str) -> Pod:
    """Return the pod to hit: the one whose whole name ``name_pattern`` matches, or by seed.

    Only a Ready replica that is not being deleted is hit. Raises FaultError when there is none,
    or when the pattern matches several: a fault that hits something else proves nothing.
    """
    checked(name_pattern=name_pattern)
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


def choose_several(
    pods: Sequence[Pod], *, count: int, share: float, seed: int, where: str
) -> tuple[Pod, ...]:
    """Return ``count`` Ready pods: by name, from number ``seed`` modulo the Ready ones on.

    Raises FaultError when there are fewer, or when they would be more than ``share`` of them.
    """
    attempt = f"choose {count} replicas of {where}"
    able = sorted((pod for pod in pods if _able(pod)), key=lambda pod: pod.name)
    most = math.floor(share * len(able))
    if not 1 <= count <= len(able):
        raise FaultError(attempt, got=_names(pods), expected=f"{count} Ready replicas, at least 1")
    if count > most:
        raise FaultError(
            attempt,
            got=f"{count} of {len(able)} Ready replicas",
            expected=f"at most {most}, a share of {share:g}",
            mend="hit fewer, or allow a larger share",
        )
    return tuple(able[(seed + index) % len(able)] for index in range(count))


def _able(pod: Pod) -> bool:
    return pod.ready and not pod.terminating


def _names(pods: Sequence[Pod]) -> str:
    return ", ".join(f"{pod.name} ({state_of(pod)})" for pod in pods) or "no pods at all"


def state_of(pod: Pod) -> str:
    """Say for people why a pod is not Ready, or that it is."""
    return "Terminating" if pod.terminating else pod.unready_reason or "Ready"


def described(pods: Sequence[Pod]) -> list[Mapping[str, object]]:
    """Return pods as the journal keeps them."""
    return [
        {"name": pod.name, "uid": pod.uid, "address": pod.ip or "", "ready": _able(pod)}
        for pod in pods
    ]
