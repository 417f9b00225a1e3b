"""Waits until a container that was killed runs again in its pod, and proves how the old one ended.

It may wait for long: the kubelet doubles the pause before each restart of one that ended often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.fault import containers
from seatrial.fault.told import Proof, proof
from seatrial.fault.waiting import look_until

if TYPE_CHECKING:
    from seatrial.fault.aim import Aim
    from seatrial.fault.containers import Instance

#: s from a container's end to the next one's start; the kubelet's second pause is 10 s, then 20 s.
RESTART_DEADLINE_S = 60.0
#: What the kernel's SIGKILL leaves as exit code: 128 + 9.
KILLED = 137
#: What the runtime calls the end of a container that went past its memory limit.
OOM = "OOMKilled"


def await_restart(
    aim: Aim, reason: str = "", *, deadline_s: float = RESTART_DEADLINE_S
) -> list[Proof]:
    """Look until another container runs in the same pod; without it the proofs don't hold.

    ``reason`` is what the runtime has to call the old one's end, such as `OOM`; "" is any.
    """
    old = aim.instance

    def look() -> Instance | None:
        return containers.same(aim.cluster, aim.namespace, _names(old))

    later = look_until(look, lambda it: it is None or _replaced(old, it), deadline_s=deadline_s)
    return proofs(old, later, reason)


def proofs(old: Instance, later: Instance | None, reason: str = "") -> list[Proof]:
    """Return what the container's status proves of the old one's end. Pure."""
    if later is None:
        gone = f"the pod {old.pod} (UID {old.pod_uid}) is gone"
        return [proof("restarted in place", held=False, detail=gone)]
    ended = later.ended
    code, called = ended.get("exitCode"), ended.get("reason", "")
    its_own = ended.get("containerID") == old.id
    return [
        proof(
            f"the server was killed{f', {reason}' if reason else ''}",
            its_own and code == KILLED and (not reason or called == reason),
            f"exit code {code} {called} of {'this' if its_own else 'another'} container",
        ),
        proof(
            "restarted in place",
            _replaced(old, later),
            f"UID {later.pod_uid}, restarts {old.restarts} -> {later.restarts}"
            + (f", waiting: {later.waiting}" if later.waiting else ""),
        ),
    ]


def _names(old: Instance) -> dict[str, str]:
    return {"pod": old.pod, "pod_uid": old.pod_uid, "container": old.name}


def _replaced(old: Instance, later: Instance) -> bool:
    return bool(later.id) and later.id != old.id and later.restarts > old.restarts
