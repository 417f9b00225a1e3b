"""Actions that take CPU from a replica: by its limit, or by burning it on the same node."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

from seatrial.fault import hand, limits, resizing, throttling
from seatrial.fault.beginning import Began
from seatrial.fault.hand import Reach
from seatrial.fault.on_container import on_container
from seatrial.fault.told import Told, proof
from seatrial.fault.undoing.burning import BURN
from seatrial.fault.undoing.cpu import SQUEEZE
from seatrial.fault.waiting import wait_for_instant

if TYPE_CHECKING:
    from seatrial.fault.aim import Aim

logger = logging.getLogger("chaostoolkit")

SQUEEZE_CPU, BURN_CPU = "squeeze-cpu", "burn-cpu"


@on_container
def squeeze_cpu(aimed: Aim, *, cpu_m: int = 0) -> Told:
    """Cut the CPU limit of one Ready replica's container to ``cpu_m`` millicores, in place.

    0 is as low as it may go, a millicore above its request.

    The replica is chosen as `kill_replica` does, ``container`` by name, or else the pod's only or
    default one. Requests stay, as autoscalers and the scheduler reckon with them, and so does the
    pod's QoS class. Returns once the kubelet says that the limit is in effect; `undo_all` puts the
    old one back, and proves that the replica was really throttled meanwhile.

    Raises, and so fails, before anything is touched when the limit can't be cut to that.
    """
    limit, cut = resizing.cut(aimed.instance, cpu_m)
    counted = throttling.read_anew(aimed.cluster, aimed.instance)
    before = {"limit": limit, "cut": cut, "counted": asdict(counted)}
    aimed.keep(SQUEEZE, f"the CPU limit of {aimed.who}, {limit} before", before)
    wait_for_instant(aimed.at_monotonic_ns)
    logger.info("Cutting the CPU limit of %s from %s to %s", aimed.who, limit, cut)
    began = Began(SQUEEZE_CPU)
    where = (aimed.cluster, aimed.namespace, aimed.instance)
    resizing.set_limit(*where, cut)
    seen = resizing.await_limit(*where, cut)
    in_effect = proof("the cut limit is in effect", *seen)
    return Told(hit=began.hit([aimed.target()]), proofs=[in_effect], changes=["Pod"])


@on_container
def burn_cpu(
    aimed: Aim, *, seconds: float = 20.0, processes: int = 2, request_m: int = 200
) -> Told:
    """Burn CPU on the node of one Ready replica, with ``processes`` in a pod of their own.

    The replica is chosen as `kill_replica` does; the pod's image is that of ``container`` (by
    name, else the pod's only or default one) and needs python3. It requests ``request_m``
    millicores, its weight against the others, and is limited to a core for each process. Returns
    once they burn; `undo_all` ends them and tells what they used. If nothing ever does, they end
    by themselves ``seconds`` and 30 s later.
    """
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
