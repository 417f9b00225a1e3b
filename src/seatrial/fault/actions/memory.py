"""Actions on a replica's memory: fill it past the limit, until the kernel ends the container."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError, mebibytes
from seatrial.fault import inside
from seatrial.fault.beginning import Began
from seatrial.fault.errors import FaultError
from seatrial.fault.on_container import on_container
from seatrial.fault.restarts import OOM, await_restart
from seatrial.fault.told import Told
from seatrial.fault.undoing.memory import SQUEEZE, end_allocation
from seatrial.fault.waiting import wait_for_instant
from seatrial.undo import forget

if TYPE_CHECKING:
    from seatrial.fault.aim import Aim
    from seatrial.undo import Record

logger = logging.getLogger("chaostoolkit")

SQUEEZE_MEMORY = "squeeze-memory"
#: MiB that are asked for beyond the limit: enough to reach it, whatever the server frees meanwhile.
BEYOND_MIB = 256
_MIB = 1024 * 1024


@on_container
def squeeze_memory(aimed: Aim, *, seconds: float = 20.0) -> Told:
    """Allocate memory inside one Ready replica's container until the kernel ends it (OOM).

    The replica is chosen as `kill_replica` does, ``container`` by name, or else the pod's only or
    default one; it needs a memory limit and python3. A program that is started in it allocates
    for at most ``seconds``, its first process made the one that the kernel picks. Returns once
    another container runs in the pod, or 60 s later without that proof.

    Raises, and so fails, before anything is touched when the container has no memory limit.
    """
    most = (_limit_mib(aimed) + BEYOND_MIB) * _MIB
    aimed.admit()
    record = aimed.keep(SQUEEZE, f"memory taken in {aimed.who}", {"score": _score(aimed)})
    wait_for_instant(aimed.at_monotonic_ns)
    began = Began(SQUEEZE_MEMORY)
    _allocate(aimed, record, most, seconds)
    proofs = await_restart(aimed, OOM)
    end_allocation(aimed.cluster, record)
    forget(aimed.cluster, record)
    return Told(hit=began.hit([aimed.target()]), proofs=proofs)


def _limit_mib(aimed: Aim) -> int:
    """Return the container's memory limit. Raises FaultError: without one the node would pay."""
    limit = mebibytes(aimed.instance.declared.get("limits", {}).get("memory"))
    if limit:
        return limit
    raise FaultError(
        f"squeeze the memory of {aimed.who}",
        got="no memory limit",
        expected="one: the kernel ends the container that goes past it, and nothing else",
        mend="set resources.limits.memory in the workload",
    )


def _score(aimed: Aim) -> int:
    """Return the OOM score of the container's first process; raise unless it may be changed."""
    found = inside.run(aimed.cluster, aimed.namespace, aimed.instance, {"act": "look", "mark": ""})
    if found.get("writable"):
        return int(found["score"])
    raise FaultError(
        f"squeeze the memory of {aimed.who}",
        got=f"its first process's score is {found}, not to be changed by the container's user",
        expected="a first process of the same user, so that the kernel picks it",
        mend="leave this fault out for a container with another user or a shared process namespace",
    )


def _allocate(aimed: Aim, record: Record, most_bytes: int, seconds: float) -> None:
    """Start the allocation and wait for its end, which is not its own where all goes well."""
    order = {"act": "allocate", "mark": record.id, "most_bytes": most_bytes, "seconds": seconds}
    order["score"] = record.before["score"]
    logger.info("Allocating %d MiB in %s", most_bytes // _MIB, aimed.who)
    try:
        found = inside.run(
            *(aimed.cluster, aimed.namespace, aimed.instance, order),
            timeout_s=seconds + inside.STARTS_WITHIN_S,
        )
    except ClusterError as error:
        # As it should be: it is killed with its container. The container's status is the proof.
        logger.info("The allocation ended: %s", error.got)
    else:
        logger.warning("It took %d MiB and was not killed", found["taken_bytes"] // _MIB)
