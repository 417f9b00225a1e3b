"""Actions that take a proxy in front of the replicas away: killed or evicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.fault import taking
from seatrial.fault.group import Group
from seatrial.fault.replicas import Configuration, cluster_of
from seatrial.fault.told import PROXY
from seatrial.fault.waiting import wait_for_instant

if TYPE_CHECKING:
    from seatrial.fault.replicas import EitherKind
    from seatrial.fault.told import Told

KILL_PROXY = "kill-proxy"
EVICT_PROXY = "evict-proxy"


def kill_proxy(
    namespace: str,
    proxy: str,
    *,
    proxy_kind: EitherKind = "",
    selector: str = "",
    name_pattern: str = "",
    seed: int = 0,
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Kill one Ready proxy: delete its pod with grace 0, so that no connection of it drains.

    ``proxy`` is the Deployment or StatefulSet in front. Which of its pods, and when, is as in
    `seatrial.fault.actions.kill_replica`.

    Raises, and so fails, when no proxy can be chosen or when the pod changed under way.
    """
    with cluster_of(configuration) as cluster:
        group = Group(cluster, namespace, proxy, proxy_kind, selector, PROXY)
        wait_for_instant(at_monotonic_ns)
        victim = group.choose(seed=seed, name_pattern=name_pattern)
        return taking.kill(group, KILL_PROXY, [victim])


def evict_proxy(
    namespace: str,
    proxy: str,
    *,
    proxy_kind: EitherKind = "",
    selector: str = "",
    name_pattern: str = "",
    seed: int = 0,
    at_monotonic_ns: int = 0,
    budget_deadline_s: float = taking.BUDGET_DEADLINE_S,
    configuration: Configuration | None = None,
) -> Told:
    """Evict one Ready proxy through the eviction API, with its own grace.

    ``proxy`` is the Deployment or StatefulSet in front. A PodDisruptionBudget is honoured, as in
    `seatrial.fault.actions.evict_replica`.

    Raises, and so fails, nothing touched, when the budget still forbids it, or when no proxy
    can be chosen.
    """
    with cluster_of(configuration) as cluster:
        group = Group(cluster, namespace, proxy, proxy_kind, selector, PROXY)
        wait_for_instant(at_monotonic_ns)
        victim = group.choose(seed=seed, name_pattern=name_pattern)
        return taking.evict(group, EVICT_PROXY, victim, budget_s=budget_deadline_s)
