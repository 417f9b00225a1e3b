"""A workload that is applied once for many trials: each then changes nothing, and is followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial import undo, workload
from seatrial.trial.body import bodies_of

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.progress import Progress


@dataclass(frozen=True)
class Deployed:
    """The cluster that stays up, and the workload that was applied to it once."""

    cluster: Cluster
    applied: workload.AppliedWorkload


def deploy(cluster: Cluster, config: Config, progress: Progress) -> Deployed:
    """Apply the configured overlay and return once it serves."""
    overlay = config.path(config.target.overlay)
    applied = workload.apply(cluster, overlay, progress=progress)
    # It stays as long as the cluster: no trial's sweep is to take it for something left.
    undo.forget(cluster, applied.record)
    (body, *_) = bodies_of(config, None)
    workload.wait_serving(cluster, config, body=body, progress=progress)
    return Deployed(cluster, applied)
