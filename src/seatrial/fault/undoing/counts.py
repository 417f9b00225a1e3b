"""Undoes written counts: of a workload, and of metrics-server with the metrics it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.errors import DeadlineError
from seatrial.fault import metrics
from seatrial.fault.counts import Count
from seatrial.fault.waiting import look_until
from seatrial.undo import Undone

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.undo import Record

#: From metrics-server's start to its first metrics: it looks twice, 10 to 15 s apart.
BACK_S = 120.0


def undo_scale(cluster: Cluster, record: Record) -> Undone:
    """Put the count back where ours still stands."""
    return Undone(Count.of(cluster, record).put_back())


def undo_no_metrics(cluster: Cluster, record: Record) -> Undone:
    """Give metrics-server its replicas back, and wait until there are metrics again.

    Proves that there were none until now.
    """
    known = metrics.count(cluster)
    said = Count.of(cluster, record).put_back()
    back = look_until(lambda: metrics.count(cluster), bool, deadline_s=BACK_S)
    if not back:
        raise DeadlineError(
            "see metrics of the cluster's pods again",
            got=f"of no pod {BACK_S:g} s after: {said}",
            expected="of those in kube-system at least",
            mend="see what keeps metrics-server: kubectl describe",
        )
    proof = ("no metrics until they were given back", not known, f"of {known} pods")
    return Undone(said, (proof,))
