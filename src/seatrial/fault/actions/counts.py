"""Actions that write a count of replicas: by hand against the autoscaler, or of metrics-server."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from seatrial.fault import limits, metrics
from seatrial.fault.beginning import Began
from seatrial.fault.counts import OURS, Count
from seatrial.fault.errors import FaultError
from seatrial.fault.group import Group
from seatrial.fault.replicas import Configuration, EitherKind, cluster_of
from seatrial.fault.told import Proof, Told, itself, proof, target
from seatrial.fault.waiting import look_until, wait_for_instant
from seatrial.undo import keep, record_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster import Cluster, Pod, Scalable

logger = logging.getLogger("chaostoolkit")

SCALE_BY_HAND = "scale-by-hand"
NO_METRICS = "no-metrics"
#: From our count to the controller's: the first pod that goes or comes.
EFFECT_S = 15.0
#: From our count to the autoscaler's answer; it looks each 15 s, and may need a second look.
ANSWER_S = 60.0


def scale_by_hand(
    namespace: str,
    workload: str,
    *,
    by: int = -1,
    workload_kind: EitherKind = "StatefulSet",
    autoscaler: str = "",
    answer_deadline_s: float = ANSWER_S,
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Write another count of replicas, ``by`` more or less, behind the autoscaler's back.

    Returns once the controller has followed and the autoscaler has written a count of its own;
    without these proofs after 15 s and ``answer_deadline_s`` s. Below the autoscaler's minimum it
    answers at its next look; above, only after its stabilisation. With ``autoscaler`` "" no
    answer is asked for. `undo_all` puts the count back where ours still stands.

    Raises, and so fails, nothing touched, when not every replica is Ready or none would be left.
    """
    with cluster_of(configuration) as cluster:
        group = Group(cluster, namespace, workload, workload_kind)
        wait_for_instant(at_monotonic_ns)
        found, before = group.whole()
        count = _checked(cluster, found, by)
        limits.check(cluster, namespace, before[by:] if by < 0 else (), before)
        limits.preview(f"{count.words}: {count.ours} replicas in place of {count.was}")
        _keep(count, namespace, SCALE_BY_HAND)
        began = Began(SCALE_BY_HAND)
        count.write(count.ours, seen=found)
        logger.info("Scaled %s from %d to %d", count.words, count.was, count.ours)
        lost, proofs = _effect(group, before, count)
        if autoscaler:
            proofs.append(_answer(count, began, answer_deadline_s))
    targets = [target(pod) for pod in lost] or [itself(found)]
    return Told(hit=began.hit(targets), proofs=proofs, changes=["replicas"])


def _checked(cluster: Cluster, found: Scalable, by: int) -> Count:
    """Return the count to be written. Raises FaultError when it is none, or the same."""
    was = found.spec_replicas
    if not by or was + by < 1:
        raise FaultError(
            f"scale {found.kind} {found.name} in {found.namespace} by hand",
            got=f"{was} replicas, {by:+d}",
            expected="another count, of 1 at least",
            mend="set SEATRIAL_FAULT_BY",
        )
    return Count(
        cluster, found.kind, found.namespace, found.name, found.uid, was=was, ours=was + by
    )


def _keep(count: Count, namespace: str, mechanism: str) -> None:
    """Keep the undo record in ``namespace``, where the experiment's `undo_all` looks for it."""
    what = f"{count.ours} replicas in place of {count.was} of {count.words}"
    record = record_for(
        count.cluster, namespace, mechanism=mechanism, what=what, before=count.before()
    )
    keep(count.cluster, record)


def _effect(group: Group, before: Sequence[Pod], count: Count) -> tuple[list[Pod], list[Proof]]:
    """Wait until the controller followed; return which pods it took, and the proof of it."""
    uids = {pod.uid for pod in before}

    def followed(pods: Sequence[Pod]) -> bool:
        living = {pod.uid for pod in pods if not pod.terminating}
        return bool(living - uids if count.ours > count.was else uids - living)

    pods = look_until(group.pods, followed, deadline_s=EFFECT_S)
    living = {pod.uid for pod in pods if not pod.terminating}
    lost = [pod for pod in before if pod.uid not in living]
    words = f"{len(lost)} went, {len(living - uids)} came"
    return lost, [proof("the controller followed our count", followed(pods), words)]


def _answer(count: Count, began: Began, deadline_s: float) -> Proof:
    def answered(now: Scalable) -> bool:
        return now.spec_replicas != count.ours and now.replicas_written.name != OURS

    seen = look_until(count.look, answered, deadline_s=deadline_s)
    words = (
        f"{seen.spec_replicas} replicas, written by {seen.replicas_written.name}, "
        f"{began.seconds:.1f} s after ours"
    )
    return proof("the autoscaler answered", answered(seen), words)


def no_metrics(
    namespace: str,
    *,
    autoscaler: str = "",
    at_monotonic_ns: int = 0,
    configuration: Configuration | None = None,
) -> Told:
    """Take the cluster's metrics away: metrics-server in kube-system is scaled to 0.

    Every autoscaler of the cluster loses them, so that it has to be allowed by its name on a
    cluster that is not seatrial's own. Returns once the API has no metrics any more and, with
    ``autoscaler``, that one says so; without these proofs after 60 s each. `undo_all` for
    ``namespace`` gives them back.

    Raises, and so fails, nothing touched, without the consent, without metrics to take, or when
    the autoscaler misses them already.
    """
    with cluster_of(configuration) as cluster:
        wait_for_instant(at_monotonic_ns)
        found = metrics.server(cluster)
        if autoscaler:
            metrics.check_active(cluster, namespace, autoscaler)
        count = Count(
            cluster,
            found.kind,
            found.namespace,
            found.name,
            found.uid,
            was=found.spec_replicas,
            ours=0,
        )
        limits.admit_named(
            cluster, NO_METRICS, f"{count.words}: no replica in place of {count.was}"
        )
        _keep(count, namespace, NO_METRICS)
        began = Began(NO_METRICS)
        count.write(0, seen=found)
        proofs = metrics.await_none(cluster, namespace, autoscaler)
    return Told(hit=began.hit([itself(found)]), proofs=proofs)
