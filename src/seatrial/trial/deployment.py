"""The workload for a trial's time: applied and serving, and afterwards as it was before."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from seatrial import workload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.progress import Progress
    from seatrial.trial.scenario import Scenario


@contextmanager
def deployed(
    cluster: Cluster, config: Config, scenario: Scenario, directory: Path, progress: Progress
) -> Iterator[workload.Serving]:
    """Give the serving workload; with ``manage`` it was applied for this and is rolled back.

    A sabotage is applied last, once the workload serves, so that a target made bad on purpose is
    never mistaken for one that was not ready.
    """
    target = config.target
    if not config.manage:
        yield workload.wait_serving(cluster, config, progress=progress)
        return
    applied = None
    try:
        applied = workload.apply(
            cluster, config.path(target.overlay), directory=directory, progress=progress
        )
        serving = workload.wait_serving(cluster, config, progress=progress)
        if scenario.sabotage:
            workload.sabotage(cluster, config, scenario.sabotage, progress=progress)
        yield serving
    finally:
        if applied is not None:
            workload.roll_back(cluster, applied, progress=progress)
