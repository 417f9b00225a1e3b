"""What each indicator can't be judged without: the load, the instants, the instruments."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from seatrial.slo.values import Indicator


class Load(Enum):
    """What an indicator needs the load for."""

    MEASURES = "its requests are what is measured"
    PROVOKES = "the promise holds under it"
    NONE = "nothing"


@dataclass(frozen=True, slots=True)
class Needs:
    """What an indicator can't be judged without; instruments are names of a Timeline's samples."""

    load: Load = Load.MEASURES
    instruments: tuple[str, ...] = ()
    instants: bool = True  # of the clock and of the fault
    workload: bool = True  # that it is the declared one, and that nobody else changes it
    judges_writers: bool = False  # the promise is itself about who writes the workload


#: An indicator that is not listed is measured by requests and needs no samples.
NEEDS: dict[Indicator, Needs] = {
    Indicator.REPLICA_RANGE: Needs(Load.PROVOKES, ("workload", "autoscaler"), judges_writers=True),
    Indicator.SCALING_ACTIVE: Needs(Load.PROVOKES, ("autoscaler",)),
    Indicator.SCALE_UP_LAG: Needs(Load.PROVOKES, ("autoscaler", "workload")),
    Indicator.SCALE_DOWN_LAG: Needs(Load.PROVOKES, ("autoscaler", "workload")),
    Indicator.SCALING_STEPS: Needs(Load.PROVOKES, ("autoscaler", "workload")),
    Indicator.SCALING_REVERSALS: Needs(Load.PROVOKES, ("autoscaler", "workload")),
    Indicator.EARLY_DOWN_STEPS: Needs(Load.PROVOKES, ("autoscaler", "workload")),
    Indicator.REPLICA_WRITERS: Needs(
        Load.PROVOKES, ("workload", "autoscaler"), judges_writers=True
    ),
    Indicator.READY_LAG: Needs(Load.PROVOKES, ("autoscaler", "workload")),
    Indicator.READY_REPLICAS: Needs(Load.PROVOKES, ("workload", "endpoints")),
    Indicator.REPLICA_SPREAD: Needs(instruments=("endpoints",)),
    Indicator.REPLICA_REPLACED: Needs(Load.NONE, ("replicas",)),
    Indicator.PROXY_RETRIES: Needs(instruments=("proxy",)),
    Indicator.EJECTIONS: Needs(Load.PROVOKES, ("proxy",)),
    Indicator.PROXY_OVERFLOWS: Needs(Load.PROVOKES, ("proxy",)),
    Indicator.UNDO: Needs(Load.NONE, instants=False, workload=False),
}
