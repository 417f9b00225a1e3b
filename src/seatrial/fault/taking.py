"""Takes pods of a group away, at once or gracefully, and proves that they went and others came."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seatrial.cluster import BudgetError, writing
from seatrial.fault import limits
from seatrial.fault.endings import EVICTED, Watch
from seatrial.fault.errors import FaultError
from seatrial.fault.successors import await_successor
from seatrial.fault.told import Hit, Proof, Target, Told, proof
from seatrial.fault.waiting import look_until
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seatrial.cluster import Pod
    from seatrial.fault.group import Group

logger = logging.getLogger("chaostoolkit")

#: For how long an eviction is tried again while a PodDisruptionBudget forbids it.
BUDGET_DEADLINE_S = 20.0


class Began:
    """The act's beginning: the instant just before the change."""

    def __init__(self, kind: str) -> None:
        """Keep the kind; it begins now, and anew at each `again`."""
        self._kind = kind
        self.again()

    def again(self) -> None:
        """Begin now: what was tried before changed nothing."""
        self._wall, self._ns = datetime.now(UTC).isoformat(), time.monotonic_ns()

    @property
    def seconds(self) -> float:
        """Seconds since then."""
        return (time.monotonic_ns() - self._ns) / NANOSECONDS

    def hit(self, targets: list[Target]) -> Hit:
        """Return the act with what it hit."""
        return Hit(
            kind=self._kind,
            started_monotonic_ns=self._ns,
            started_wall=self._wall,
            targets=targets,
        )


def kill(group: Group, kind: str, victims: Sequence[Pod]) -> Told:
    """Delete pods with grace 0, one call right after the other, so that nothing of them drains.

    Each deletion carries the pod's UID, so that a successor of the same name can't be hit.
    Returns once another pod stands in the place of each, or 30 s later without that proof.
    Raises ClusterError at the first pod that changed under way.
    """
    before = group.pods()
    limits.admit(group.cluster, group.namespace, victims, before)
    began = Began(kind)
    for victim in victims:
        logger.info("Killing %s (UID %s, %s)", victim.name, victim.uid, victim.ip)
        group.cluster.delete_pod(group.namespace, victim.name, uid=victim.uid, grace_s=0)
    targets: list[Target] = []
    proofs: list[Proof] = []
    for victim in victims:
        taken = [item["uid_after"] for item in targets]
        found, shown = await_successor(group.pods, victim, before, taken=taken, what=group.what)
        targets.append(found)
        proofs += shown
    return Told(hit=began.hit(targets), proofs=proofs)


def delete(group: Group, kind: str, victim: Pod) -> Told:
    """Delete a pod with its own grace; see `_ask_to_end`."""

    def ask(_: Began) -> None:
        writing.delete(group.cluster, "Pod", group.namespace, victim.name, uid=victim.uid)

    return _ask_to_end(group, kind, victim, ask)


def evict(group: Group, kind: str, victim: Pod, *, budget_s: float = BUDGET_DEADLINE_S) -> Told:
    """Evict a pod, once a PodDisruptionBudget allows it; see `_ask_to_end`.

    Raises FaultError, nothing touched, when none has allowed it after ``budget_s``.
    """

    def once(began: Began) -> BudgetError | None:
        began.again()
        try:
            writing.evict(group.cluster, group.namespace, victim.name, uid=victim.uid, grace_s=None)
        except BudgetError as error:
            return error
        return None

    def ask(began: Began) -> None:
        refused = look_until(lambda: once(began), lambda error: error is None, deadline_s=budget_s)
        if refused is not None:
            raise FaultError(
                f"evict {victim.name} in {group.namespace}",
                got=f"{refused.got}, for {budget_s:g} s",
                expected="a PodDisruptionBudget that allows it",
                mend="wait until every replica is Ready, or see: kubectl get pdb",
            ) from refused

    return _ask_to_end(group, kind, victim, ask, evicted=True)


def _ask_to_end(
    group: Group, kind: str, victim: Pod, ask: Callable[[Began], None], *, evicted: bool = False
) -> Told:
    """Ask a pod to end, await that it has, and that another stands in its place.

    Proves that it was given all of its own grace, and that it ended before that was over.
    """
    before = group.pods()
    limits.admit(group.cluster, group.namespace, [victim], before, budgets=not evicted)
    watch = Watch.of(group.cluster, group.namespace, victim)
    began = Began(kind)
    logger.info("Asking %s (UID %s, %s) to end", victim.name, victim.uid, victim.ip)
    ask(began)
    ended, proofs = watch.await_end()
    if evicted:
        by = ended.disrupted_by
        proofs.insert(0, proof("asked by eviction", by == EVICTED, by or "no condition says so"))
    found, shown = await_successor(group.pods, victim, before, what=group.what)
    return Told(hit=began.hit([found]), proofs=[*proofs, *shown])
