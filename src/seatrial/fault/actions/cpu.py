"""Actions that take CPU from a replica: by its limit, or by burning it on the same node."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

from seatrial.fault import aim, hand, limits, resizing, throttling
from seatrial.fault.beginning import Began
from seatrial.fault.hand import Reach
from seatrial.fault.replicas import Configuration, cluster_of
from seatrial.fault.told import Told, proof
from seatrial.fault.undoing.burning import BURN
from seatrial.fault.undoing.cpu import SQUEEZE
from seatrial.fault.waiting import wait_for_instant

if TYPE_CHECKING:
    from seatrial.cluster import WorkloadKind
    from seatrial.fault.aim import Aim

logger = logging.getLogger("chaostoolkit")

SQUEEZE_CPU, BURN_CPU = "squeeze-cpu", "burn-cpu"


def squeeze_cpu(
    namespace: str,
    workload: str,
    *,
    cpu_m: int = 0,
    workload_kind: WorkloadKind = "StatefulSet",
    selector: str = "",
    name_pattern: str = "",
    seed: int = 0,
    container: str = "",
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Cut the CPU limit of one Ready replica's container to ``cpu_m`` millicores, in place.

    0 is as low as it may go, a millicore above its request.

    The replica is chosen as `kill_replica` does, ``container`` by name, or else the pod's only or
    default one. Requests stay, as autoscalers and the scheduler reckon with them, and so does the
    pod's QoS class. Returns once the kubelet says that the limit is in effect; `undo_all` puts the
    old one back, and proves that the replica was really throttled meanwhile.

    Raises, and so fails, before anything is touched when the limit can't be cut to that.
    """
    with cluster_of(configuration) as cluster:
        aimed = aim.take(
            *(cluster, namespace, workload),
            workload_kind=workload_kind,
            selector=selector,
            name_pattern=name_pattern,
            seed=seed,
            container=container,
            at_monotonic_ns=at_monotonic_ns,
        )
        limit, cut = resizing.cut(aimed.instance, cpu_m)
        counted = throttling.read_anew(cluster, aimed.instance)
        before = {"limit": limit, "cut": cut, "counted": asdict(counted)}
        aimed.keep(SQUEEZE, f"the CPU limit of {aimed.who}, {limit} before", before)
        wait_for_instant(at_monotonic_ns)
        logger.info("Cutting the CPU limit of %s from %s to %s", aimed.who, limit, cut)
        began = Began(SQUEEZE_CPU)
        resizing.set_limit(cluster, namespace, aimed.instance, cut)
        seen = resizing.await_limit(cluster, namespace, aimed.instance, cut)
    in_effect = proof("the cut limit is in effect", *seen)
    return Told(hit=began.hit([aimed.target()]), proofs=[in_effect], changes=["Pod"])


def burn_cpu(
    namespace: str,
    workload: str,
    *,
    seconds: float = 20.0,
    processes: int = 2,
    request_m: int = 200,
    workload_kind: WorkloadKind = "StatefulSet",
    selector: str = "",
    name_pattern: str = "",
    seed: int = 0,
    container: str = "",
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Burn CPU on the node of one Ready replica, with ``processes`` in a pod of their own.

    The replica is chosen as `kill_replica` does; the pod's image is that of ``container`` (by
    name, else the pod's only or default one) and needs python3. It requests ``request_m``
    millicores, its weight against the others, and is limited to a core for each process. Returns
    once they burn; `undo_all` ends them and tells what they used. If nothing ever does, they end
    by themselves ``seconds`` and 30 s later.
    """
    with cluster_of(configuration) as cluster:
        aimed = aim.take(
            *(cluster, namespace, workload),
            workload_kind=workload_kind,
            selector=selector,
            name_pattern=name_pattern,
            seed=seed,
            container=container,
            at_monotonic_ns=at_monotonic_ns,
        )
        acted = _burn(aimed, seconds + hand.BEYOND_S, processes, request_m)
        hit, clocks = aimed.hit(BURN_CPU, acted.facts["wall_ns"])
    started = proof("the processes burn", bool(acted.facts["processes"]), f"{processes} of them")
    return Told(hit=hit, proofs=[started, clocks])


def _burn(aimed: Aim, seconds: float, processes: int, request_m: int) -> hand.Event:
    # Whoever else runs on that node pays, too.
    node = f"the CPU of node {aimed.pod.node}, beside {aimed.pod.name}"
    limits.admit_named(aimed.cluster, BURN_CPU, node)
    what = f"the CPU burnt beside {aimed.pod.name}"
    record = aimed.keep(BURN, what, {"processes": processes})
    at, ahead = aimed.at_wall_ns(), aimed.seconds_ahead()
    made = aimed.send(
        record,
        "burner",
        {"processes": processes, "seconds": seconds, "at_wall_ns": at},
        reach=Reach.NONE,
        seconds=ahead + seconds,
        resources={
            "requests": {"cpu": f"{request_m}m", "memory": "16Mi"},
            "limits": {"cpu": str(max(processes, 1)), "memory": "64Mi"},
        },
    )
    return made.awaited("acted", seconds=ahead + hand.STARTS_WITHIN_S)
