"""Waits until another pod stands in the place of one that was taken away, and proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.fault.told import REPLICA, Proof, Target, proof, target
from seatrial.fault.waiting import look_until

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from seatrial.cluster import Pod

#: From a pod's end to its successor's existence, Ready or not; a controller takes a second.
SUCCESSOR_DEADLINE_S = 30.0


def await_successor(
    look: Callable[[], Sequence[Pod]],
    victim: Pod,
    before: Sequence[Pod],
    *,
    taken: Collection[str] = (),
    what: str = REPLICA,
    deadline_s: float = SUCCESSOR_DEADLINE_S,
) -> tuple[Target, list[Proof]]:
    """Look until ``victim``'s UID is gone and another pod is there that was not ``before``.

    ``taken`` are UIDs of pods that stand in another's place. Without it by the deadline the
    proofs don't hold, and the target has no ``uid_after``.
    """
    known = {pod.uid for pod in before}.union(taken)

    def replaced(later: Sequence[Pod]) -> bool:
        return gone(victim, later) and bool(successor(victim, known, later))

    later = look_until(look, replaced, deadline_s=deadline_s)
    after = successor(victim, known, later)
    proofs = [
        proof(f"old {what} gone", gone(victim, later), f"{victim.name}, UID {victim.uid}"),
        proof(
            f"another {what} in its place",
            bool(after),
            f"UID {after}" if after else f"none was seen within {deadline_s:g} s",
        ),
    ]
    return target(victim, uid_after=after, what=what), proofs


def gone(victim: Pod, later: Sequence[Pod]) -> bool:
    """Tell whether the API has no pod of that UID any more, or only a Terminating one."""
    return all(pod.uid != victim.uid for pod in later if not pod.terminating)


def successor(victim: Pod, known: set[str], later: Sequence[Pod]) -> str:
    """Return the UID of the pod in its place: of its name first (StatefulSet), else a new one."""
    new = [pod for pod in later if pod.uid not in known and not pod.terminating]
    named = [pod for pod in new if pod.name == victim.name]
    return next((pod.uid for pod in named or new), "")
