"""Reads the workload back as the load starts: is it still what was declared, minutes after that?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from seatrial import timeline, workload
from seatrial.cluster import ClusterError
from seatrial.timeline import Declared

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.timeline import Plan
    from seatrial.trial.deployment import Deployment
    from seatrial.trial.run import Run

#: The part's name among the plan's instruments.
DECLARED = "declared"


def read_back(run: Run, plan: Plan, cluster: Cluster, deployment: Deployment) -> None:
    """Write ``declared.json``. What differs, or can't be read, is no error here: it is judged.

    A target that was made bad on purpose is compared with nothing: it is judged as it is.
    """
    by, missing = "its configuration", tuple[str, ...]()
    if deployment.applied is not None:
        by = f"the applied {run.config.target.overlay.name}"
    if run.scenario.sabotage:
        by = f"nothing: {run.scenario.sabotage} was applied on purpose"
    else:
        missing = _missing(run, cluster, deployment)
    at_ns = time.monotonic_ns() - plan.epoch_monotonic_ns
    timeline.save_part(run.directory, f"{DECLARED}.json", Declared(at_ns, by, missing))


def _missing(run: Run, cluster: Cluster, deployment: Deployment) -> tuple[str, ...]:
    try:
        return workload.undeclared(cluster, run.config.target, deployment.applied)
    except ClusterError as error:
        return (f"it could not be read back: {error.attempt}: {error.got}",)
