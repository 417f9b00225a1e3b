"""Undoes what hands do to processes: continues what was stopped, makes a server whole again.

A hand of its own looks and acts, whether the first one still lives or not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from seatrial.errors import DeadlineError
from seatrial.fault import containers, hand
from seatrial.fault.errors import FaultError
from seatrial.fault.hand import Reach
from seatrial.fault.restarts import RESTART_DEADLINE_S
from seatrial.fault.waiting import look_until
from seatrial.undo import Undone

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.fault.containers import Instance
    from seatrial.fault.hand import Event
    from seatrial.undo import Record

#: The mechanisms' names, as records carry them.
KILL, WORKER, HANG = "kill-server", "kill-worker", "hang-replica"
_STOPPED = "Tt"


def remove_hand(cluster: Cluster, record: Record) -> Undone:
    """Remove the pods of a fault that leaves nothing else: what it killed comes back by itself."""
    names = hand.remove(cluster, record.namespace, record.id)
    return Undone(f"removed {', '.join(names)}" if names else f"nothing was left of {record.id}")


def continue_processes(cluster: Cluster, record: Record) -> Undone:
    """Continue every process that was stopped. Raises SeatrialError when one stays stopped."""
    who = f"{record.before['container']} of {record.before['pod']}"
    there = containers.same(cluster, record.namespace, record.before)
    if there is None or there.id != record.before["container_id"]:
        hand.remove(cluster, record.namespace, record.id)
        return Undone(f"{who} is another one by now", (_replaced(there),))
    released = _send(cluster, record, there, {"act": "continue"})
    hand.remove(cluster, record.namespace, record.id)
    if not released.facts["continued"]:
        raise FaultError(
            f"continue the processes of {who} in {record.namespace}",
            got=f"some are still stopped: {released.facts['processes']}",
            mend=f"delete the pod {there.pod}: its controller makes another",
        )
    states = "".join(item["state"] for item in released.facts["processes"])
    held = bool(states) and all(state in _STOPPED for state in states)
    proof = ("every process was still stopped when it was undone", held, f"states {states}")
    return Undone(f"continued {who}", (proof,))


def make_whole(cluster: Cluster, record: Record) -> Undone:
    """Restart a server that did not replace its worker. Raises SeatrialError if it does not start.

    Nothing is done when it has as many workers as before, or when its container is another one.
    """
    there = containers.same(cluster, record.namespace, record.before)
    if there is None or there.id != record.before["container_id"]:
        hand.remove(cluster, record.namespace, record.id)
        return Undone(f"{record.before['pod']} runs another container by now")
    seen = _send(cluster, record, there, {"act": "look"}).facts["processes"]
    number = sum(bool(re.search(record.before["pattern"], it["command"])) for it in seen[1:])
    if number >= record.before["workers"]:
        hand.remove(cluster, record.namespace, record.id)
        return Undone(f"{there.pod} has its {number} workers")
    _send(cluster, record, there, {"act": "kill-server"}, event="acted")
    hand.remove(cluster, record.namespace, record.id)
    _await_start(cluster, record, there)
    return Undone(
        f"restarted the container {there.name} of {there.pod}: {number} workers were left"
    )


def _send(
    cluster: Cluster,
    record: Record,
    there: Instance,
    order: dict[str, Any],
    *,
    event: str = "released",
) -> Event:
    """Make a hand for this one order and return what it says of it."""
    made = hand.make(
        *(cluster, record.namespace, record.id, there),
        program="processes",
        order={"container": there.id, **order},
        reach=Reach.PROCESSES,
        seconds=0.0,
    )
    return made.awaited(event)


def _replaced(there: Instance | None) -> tuple[str, bool, str]:
    """Tell whether the kubelet itself restarted what hung, as a liveness probe has it do."""
    name = "stopped until it was undone, or restarted by the kubelet"
    if there is None:
        return name, False, "the pod is gone"
    ended = there.ended
    words = (
        f"exit code {ended.get('exitCode')} {ended.get('reason', '')} at {ended.get('finishedAt')}"
    )
    return name, bool(ended), words


def _await_start(cluster: Cluster, record: Record, old: Instance) -> None:
    later = look_until(
        lambda: containers.same(cluster, record.namespace, record.before),
        lambda it: it is None or bool(it.id and it.id != old.id),
        deadline_s=RESTART_DEADLINE_S,
    )
    if later is not None and later.id in ("", old.id):
        raise DeadlineError(
            f"restart the container {old.name} of {old.pod} in {record.namespace}",
            got=f"{later.waiting or 'the old one'} after {RESTART_DEADLINE_S:g} s",
            mend=f"delete the pod {old.pod}: its controller makes another",
        )
