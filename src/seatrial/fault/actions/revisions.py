"""Actions that roll a workload out anew: the same version restarted, or a broken one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.fault import limits
from seatrial.fault.beginning import Began
from seatrial.fault.group import Group
from seatrial.fault.replicas import Configuration, EitherKind, cluster_of
from seatrial.fault.revisions import BROKEN, Rolled, Template
from seatrial.fault.told import Target, Told, itself, proof, target
from seatrial.fault.waiting import wait_for_instant
from seatrial.undo import keep, record_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster import Cluster, Pod, Scalable

ROLLING_RESTART = "rolling-restart"
BROKEN_ROLLOUT = "broken-rollout"


def rolling_restart(
    namespace: str,
    workload: str,
    *,
    workload_kind: EitherKind = "StatefulSet",
    deadline_s: float = 0.0,
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Restart every replica, one after another, by the workload's own controller.

    What `kubectl rollout restart` does, but by a label that is ours alone. Returns once every
    replica is of the new revision and Ready, or after ``deadline_s`` s without that proof; 0 gives
    each replica its grace and 60 s, and 60 s more to all.
    `undo_all` takes the label away: the controller rolls back in the same way, so that each
    replica restarts once more. A template that stays changed would not be as it was before.

    Raises, and so fails, nothing touched, when not every replica is Ready before.
    """
    with cluster_of(configuration) as cluster:
        group = Group(cluster, namespace, workload, workload_kind)
        wait_for_instant(at_monotonic_ns)
        found, before = group.whole()
        _admit(cluster, found, before)
        template = _kept(cluster, found, ROLLING_RESTART, "a restart of every replica")
        began = Began(ROLLING_RESTART)
        template.add(broken=False)
        limit_s = deadline_s or template.deadline_s()
        seen = template.await_(lambda now: now.whole, deadline_s=limit_s)
    words = f"{seen.words}, {began.seconds:.1f} s after the change"
    return Told(
        hit=began.hit(_successors(before, seen)),
        proofs=[proof("every replica restarted", seen.whole, words)],
        changes=["workload"],
    )


def broken_rollout(
    namespace: str,
    workload: str,
    *,
    workload_kind: EitherKind = "StatefulSet",
    deadline_s: float = 0.0,
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Roll out a version that never gets Ready: an init container whose program does not exist.

    Returns once a pod of it was seen not to start, while others of the earlier version are Ready;
    without these proofs after ``deadline_s`` s, 0: the grace of one replica and 120 s. `undo_all`
    takes the container away, and the pod that a StatefulSet would wait for in vain.

    Raises, and so fails, nothing touched, when not every replica is Ready before.
    """
    with cluster_of(configuration) as cluster:
        group = Group(cluster, namespace, workload, workload_kind)
        wait_for_instant(at_monotonic_ns)
        found, before = group.whole()
        _admit(cluster, found, before)
        template = _kept(cluster, found, BROKEN_ROLLOUT, "a broken version")
        began = Began(BROKEN_ROLLOUT)
        template.add(broken=True)
        limit_s = deadline_s or template.deadline_s(replicas=1)
        seen = template.await_(_fails, deadline_s=limit_s)
    lost, serving = _parted(before, seen)
    return Told(
        hit=began.hit([target(pod) for pod in lost] or [itself(found)]),
        proofs=[
            proof("a pod of the broken version does not start", _fails(seen), seen.words),
            proof("the earlier version went on", serving > 0, f"{serving} Ready replicas of it"),
        ],
        changes=["workload"],
    )


def _admit(cluster: Cluster, found: Scalable, before: Sequence[Pod]) -> None:
    """Ask whether one replica may be hit: its controller takes them one after another."""
    limits.check(cluster, found.namespace, before[-1:], before)
    limits.preview(f"the pod template of {found.kind} {found.name} in {found.namespace}")


def _kept(cluster: Cluster, found: Scalable, mechanism: str, what: str) -> Template:
    """Keep the undo record of a rollout and return the template it is about, not changed yet."""
    before = {"kind": found.kind, "name": found.name, "uid": found.uid}
    words = f"{what} of {found.kind} {found.name} in {found.namespace}"
    record = record_for(cluster, found.namespace, mechanism=mechanism, what=words, before=before)
    template = Template(cluster, found.kind, found.namespace, found.name, found.uid, mark=record.id)
    template.check_free()
    keep(cluster, record)
    return template


def _fails(seen: Rolled) -> bool:
    """Tell whether a pod of the new revision is not Ready because of what can't start in it."""
    return seen.stuck and any(BROKEN in pod.unready_reason for pod in seen.pods)


def _parted(before: Sequence[Pod], seen: Rolled) -> tuple[list[Pod], int]:
    """Return which pods there are no more, and how many of those that stay are Ready."""
    stay = {pod.uid: pod for pod in seen.pods if not pod.terminating}
    lost = [pod for pod in before if pod.uid not in stay]
    return lost, sum(pod.uid in stay and stay[pod.uid].ready for pod in before)


def _successors(before: Sequence[Pod], seen: Rolled) -> list[Target]:
    """Return each replica with the one in its place: of its name, else one of the new ones."""
    new = {pod.name: pod.uid for pod in seen.pods if pod.name in seen.marked}
    free = [uid for name, uid in new.items() if name not in {pod.name for pod in before}]
    return [
        target(pod, uid_after=new.get(pod.name) or (free.pop(0) if free else "")) for pod in before
    ]
