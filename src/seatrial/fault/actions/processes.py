"""Actions on a replica's processes, from outside its container: kill, hang.

A hand pod on the replica's node does it, as PID 1 of a container is immune to signals from inside.
Its undo record is durable before the pod exists.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from seatrial.fault import hand
from seatrial.fault.errors import FaultError
from seatrial.fault.hand import BEYOND_S, Reach
from seatrial.fault.on_container import on_container
from seatrial.fault.restarts import await_restart
from seatrial.fault.told import Proof, Told, proof
from seatrial.fault.undoing.processes import HANG, KILL, WORKER
from seatrial.undo import forget

if TYPE_CHECKING:
    from seatrial.fault.aim import Aim
    from seatrial.fault.hand import Event, Hand
    from seatrial.undo import Record

logger = logging.getLogger("chaostoolkit")

KILL_SERVER, KILL_WORKER, HANG_REPLICA = "kill-server", "kill-worker", "hang-replica"
#: s in which a server has to start another worker in place of one that ended.
WORKER_DEADLINE_S = 30.0


@on_container
def kill_server(aimed: Aim) -> Told:
    """Kill the first process of one Ready replica's container: SIGKILL, from outside.

    The pod stays; the kubelet starts its container again. The replica is chosen as
    `kill_replica` does, ``container`` by name, or else the pod's only or default one. A pod that
    runs the replica's own image on its node does it; the image needs python3.
    Returns once another container runs in the pod, or 60 s later without that proof.

    Raises, and so fails, when nothing can be chosen or the hand can't act.
    """
    record = aimed.keep(KILL, f"the pod that kills the server in {aimed.who}", {})
    acted = _hand(aimed, record, {"act": KILL_SERVER}).awaited("acted", seconds=_within(aimed))
    hit, clocks = aimed.hit(KILL_SERVER, acted.facts["wall_ns"])
    proofs = [_gone(acted), clocks, *await_restart(aimed)]
    _clear(aimed, record)
    return Told(hit=hit, proofs=proofs)


@on_container
def kill_worker(
    aimed: Aim, *, worker_pattern: str = "multiprocessing.spawn import spawn_main"
) -> Told:
    """Kill one parallel worker of a Ready replica's server: SIGKILL, from outside.

    The worker is the oldest process of the container, its first one apart, whose command line
    ``worker_pattern`` (a regular expression) finds; by default one of MLServer's. The rest is as
    in `kill_server`. Whether the server starts another is told, and is no evidence of the fault;
    if it does not within 30 s, undoing restarts the container.
    """
    before = {"pattern": worker_pattern, "workers": _workers(aimed, worker_pattern)}
    record = aimed.keep(WORKER, f"a worker killed in {aimed.who}", before)
    order = {"act": KILL_WORKER, "pattern": worker_pattern, "hold_s": WORKER_DEADLINE_S}
    made = _hand(aimed, record, order)
    acted = made.awaited("acted", seconds=_within(aimed))
    hit, clocks = aimed.hit(KILL_WORKER, acted.facts["wall_ns"])
    told = Told(hit=hit, proofs=[_gone(acted), clocks])
    later = made.awaited("released", seconds=WORKER_DEADLINE_S + BEYOND_S)
    if later.facts["whole"]:
        _clear(aimed, record)
        told["undone"] = [f"the server of {aimed.pod.name} started another worker by itself"]
    return told


@on_container
def hang_replica(aimed: Aim, *, seconds: float = 20.0) -> Told:
    """Stop every process of one Ready replica's container: it accepts, and never answers.

    Choice and hand are as in `kill_server`. Returns as soon as all are stopped; `undo_all`
    continues them. If nothing ever does, the hand does so ``seconds`` and 30 s later.
    """
    record = aimed.keep(HANG, f"the processes stopped in {aimed.who}", {})
    order = {"act": "stop", "hold_s": seconds + BEYOND_S}
    acted = _hand(aimed, record, order).awaited("acted", seconds=_within(aimed))
    hit, clocks = aimed.hit(HANG_REPLICA, acted.facts["wall_ns"])
    hit["silences"] = True
    states = "".join(item["state"] for item in acted.facts["processes"])
    stopped = proof("every process stopped", bool(acted.facts["stopped"]), f"states {states}")
    return Told(hit=hit, proofs=[stopped, clocks])


def _workers(aimed: Aim, pattern: str) -> int:
    """Count the workers there are. Raises FaultError when there is none to kill."""
    record = aimed.keep(KILL, f"the pod that counts the workers in {aimed.who}", {})
    seen = _hand(aimed, record, {"act": "look", "at_wall_ns": 0}).awaited("released")
    _clear(aimed, record)
    commands = [item["command"] for item in seen.facts["processes"][1:]]
    number = sum(bool(re.search(pattern, command)) for command in commands)
    if not number:
        raise FaultError(
            f"choose a worker in {aimed.who}",
            got=f"{pattern!r} finds none of {commands}",
            expected="a process whose command line it finds, beside the first one",
            mend="set SEATRIAL_FAULT_WORKER to a pattern of your server's workers",
        )
    return number


def _hand(aimed: Aim, record: Record, order: dict[str, Any]) -> Hand:
    """Make the hand; from here on something of it may exist, and the record covers it."""
    given = {"container": aimed.instance.id, "at_wall_ns": aimed.at_wall_ns(), **order}
    logger.info("%s: %s at %d ns", order["act"], aimed.who, given["at_wall_ns"])
    seconds = aimed.seconds_ahead() + float(order.get("hold_s", 0.0))
    return aimed.send(record, "processes", given, reach=Reach.PROCESSES, seconds=seconds)


def _within(aimed: Aim) -> float:
    return aimed.seconds_ahead() + hand.STARTS_WITHIN_S


def _gone(acted: Event) -> Proof:
    process = acted.facts["processes"][0]
    words = f"pid {process['pid']} of the node, {process['command'][:80]}"
    return proof("the killed process is gone", bool(acted.facts["gone"]), words)


def _clear(aimed: Aim, record: Record) -> None:
    """Nothing is left to undo but the hand itself."""
    hand.remove(aimed.cluster, aimed.namespace, record.id)
    forget(aimed.cluster, record)
