"""Puts a CPU limit back, and tells whether its cut had really throttled the container."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError
from seatrial.fault import containers, resizing, throttling
from seatrial.fault.errors import FaultError
from seatrial.fault.throttling import Throttling
from seatrial.fault.waiting import look_until
from seatrial.undo import Undone

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.fault.containers import Instance
    from seatrial.undo import Record

#: The mechanism's name, as records carry it.
SQUEEZE = "squeeze-cpu"


def restore_limit(cluster: Cluster, record: Record) -> Undone:
    """Put the container's CPU limit back. Raises SeatrialError when it is not in effect again."""
    before = record.before
    who = f"the CPU limit of {before['container']} in {before['pod']}"
    there = containers.same(cluster, record.namespace, before)
    if there is None:
        # Its successor is made of the template, which was never changed.
        gone = ("the replica was throttled", False, "the pod is gone")
        return Undone(f"{who} went with its pod", (gone,))
    resizing.set_limit(cluster, record.namespace, there, before["limit"])
    held, words = resizing.await_limit(cluster, record.namespace, there, before["limit"])
    if not held:
        raise FaultError(
            f"put back {who} in {record.namespace}",
            got=words,
            expected=f"{before['limit']} in effect",
            mend=f"delete the pod {there.pod}: its controller makes another, of the template",
        )
    return Undone(f"{who} is {before['limit']} again", (_throttled(cluster, there, record),))


def _throttled(cluster: Cluster, there: Instance, record: Record) -> tuple[str, bool, str]:
    """Tell whether the container waited for CPU more often than it had when the limit was cut."""
    name = "the replica was throttled"
    if there.id != record.before["container_id"]:
        return name, False, "its container was restarted meanwhile"
    restored = time.time()
    earlier = Throttling(**record.before["counted"])
    try:
        grown = look_until(
            lambda: throttling.read(cluster, there).since(earlier),
            lambda it: it.throttled > 0 or it.seen_at > restored,
            deadline_s=throttling.LOOKS_WITHIN_S,
        )
    except SeatrialError as error:
        # The limit is back: what can't be seen is no proof, and no reason to undo it again.
        return name, False, str(error)
    return name, grown.throttled > 0, f"since the cut {grown}"
