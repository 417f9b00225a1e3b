"""The dry run of a fault on the configured cluster: what would be hit, and what forbids it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial import rights
from seatrial.cluster import embedded
from seatrial.fault import check, planning
from seatrial.fault.activities import OWN
from seatrial.fault.catalogue import of_kind
from seatrial.trial import environment
from seatrial.trial.clusters import standing

if TYPE_CHECKING:
    from seatrial.config import Config


def preview(config: Config, kind: str, replica: str = "") -> tuple[str, ...]:
    """Return the objects that a fault of this kind would hit now, in words. It changes nothing.

    ``replica`` is a pattern for the whole name of the one to hit. Raises UsageError beyond the
    limits or without consent, MissingRightsError, and SeatrialError when nothing can be chosen.
    """
    row = of_kind(kind)
    experiment = config.path(config.fault.experiment).parent / row.file
    check(experiment)
    with standing(config) as cluster:
        if embedded.name_of(cluster.kubeconfig) is None:
            parts = rights.of_faults([f"{OWN}.{row.action}"])
            rights.demand(cluster, config, parts, what=f"hold the fault {kind}")
        told = environment.where(cluster, config)
        return planning.preview(experiment, {**told, "SEATRIAL_FAULT_NAME": replica})
