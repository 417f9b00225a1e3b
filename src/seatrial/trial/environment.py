"""What a trial tells its experiment: where, what, when, how long, and how far it may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.fault.surroundings import Abort, Radius
from seatrial.slo import Indicator, PhaseName

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.slo import Objective

#: The budget of a promise of 1 is nothing: the first failure would end every fault.
NEARLY_ALL = 0.999
_FELT = (PhaseName.FAULT, PhaseName.WHOLE)


def where(cluster: Cluster, config: Config) -> dict[str, str]:
    """Return the variables that say what is broken, and how far a fault may go."""
    target = config.target
    radius = Radius(
        config.fault.max_replicas,
        config.fault.max_share,
        frozenset(config.fault.allow),
        target.namespace,
    )
    return {
        "SEATRIAL_KUBECONFIG": str(cluster.kubeconfig.resolve()),
        "SEATRIAL_CONTEXT": cluster.context,
        "SEATRIAL_WORKLOAD": target.workload,
        "SEATRIAL_WORKLOAD_KIND": target.workload_kind,
        "SEATRIAL_PROXY": target.proxy,
        "SEATRIAL_AUTOSCALER": target.autoscaler or "",
        "SEATRIAL_REPLICAS_MIN": str(target.replicas_min),
        "SEATRIAL_SEED": str(config.load.seed),
        "SEATRIAL_FAULT_S": repr(config.fault.hold_s),
        **radius.as_environment(),
    }


def abort(config: Config, promises: Sequence[Objective], directory: Path) -> dict[str, str]:
    """Return the variables that say when the fault is cut short; none where nothing does.

    The objective is the strictest on success that the fault's own time is judged by.
    """
    felt = [
        item.value
        for item in promises
        if item.indicator is Indicator.SUCCESS and item.phase in _FELT
    ]
    if not felt or not config.fault.abort_burn_rate:
        return {}
    strictest = min(max(felt), NEARLY_ALL)
    return Abort(directory, strictest, config.fault.abort_burn_rate).as_environment()
