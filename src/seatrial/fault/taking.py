"""Takes pods of a group away, at once or gracefully, and proves that they went and others came."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from seatrial.cluster import BudgetError, writing
from seatrial.fault import limits
from seatrial.fault.beginning import Began
from seatrial.fault.endings import EVICTED, Watch
from seatrial.fault.errors import FaultError
from seatrial.fault.successors import await_successor
from seatrial.fault.told import Proof, Target, Told, proof
from seatrial.fault.waiting import look_until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seatrial.cluster import Cluster, Pod
    from seatrial.fault.group import Group

logger = logging.getLogger("chaostoolkit")

#: For how long an eviction is tried again while a PodDisruptionBudget forbids it.
BUDGET_DEADLINE_S = 20.0


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
        name, uid = victim.name, victim.uid
        writing.delete(group.cluster, "Pod", group.namespace, name, uid=uid, grace_s=0)
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

    def ask(began: Began) -> None:
        ask_to_evict(group.cluster, group.namespace, victim, budget_s=budget_s, each=began.again)

    return _ask_to_end(group, kind, victim, ask, evicted=True)


def ask_to_evict(
    cluster: Cluster,
    namespace: str,
    victim: Pod,
    *,
    budget_s: float,
    each: Callable[[], None] = lambda: None,
) -> None:
    """Ask for a pod's eviction until a PodDisruptionBudget allows it, ``each`` called before a try.

    Raises FaultError, the pod not touched, when none has allowed it after ``budget_s``.
    """

    def once() -> BudgetError | None:
        each()
        try:
            writing.evict(cluster, namespace, victim.name, uid=victim.uid)
        except BudgetError as error:
            return error
        return None

    refused = look_until(once, lambda error: error is None, deadline_s=budget_s)
    if refused is not None:
        raise FaultError(
            f"evict {victim.name} in {namespace}",
            got=f"{refused.got}, for {budget_s:g} s",
            expected="a PodDisruptionBudget that allows it",
            mend="wait until every replica is Ready, or see: kubectl get pdb",
        ) from refused


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
