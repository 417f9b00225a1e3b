"""What one sabotage is, and by which words a lost instrument is known. Values, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seatrial.slo import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack
    from pathlib import Path

    from seatrial.config import Config
    from seatrial.slo import Outcome
    from tests.timelines import Trial

    from .stage import Stage

#: By instrument, or by what else a trial rests on, what a verdict's reason must hold (one of them)
#: when it was lost.
LOST = {
    "load": ("load-lost", "load-failed", "not-all-recorded", "rate-missed", "send-lag"),
    "fault": ("fault-unproven", "fault-missing"),
    "the fault's whole time": ("fault-aborted",),
    "replicas": ("no sample of replicas",),
    "endpoints": ("no sample of endpoints",),
    "autoscaler": ("no sample of autoscaler",),
    "workload": ("no sample of workload",),
    "proxy": ("no sample of proxy", "proxy-lost"),
    "objects": ("no sample of objects",),
    "clock": ("clock-jumped",),
    "lease": ("lease-lost",),
    "the declared workload": ("workload-undeclared",),
    "a sole writer": ("other-writer",),
}


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One way of breaking a target or an instrument, and each outcome it is meant for.

    ``cells``: pattern of objectives' names to outcome. ``loses``: instrument to a pattern of
    objectives that must be INCONCLUSIVE because of it. ``kept_by_retries``: patterns of those
    whose PASS must say that only the proxies' retries kept it; no other PASS may.
    ``act`` runs beside the trial; ``prepare`` changes the trial's configuration; ``named`` is one
    of ``workload.SABOTAGES``. ``load`` changes the phases' seconds. ``alone``: the workload is the
    trial's own. ``damage``: no trial is held, a literal one is damaged.
    ``declared``: what ``act`` changes is in the plan, so that it is no other writer's.
    ``scenario``: the one whose trial is held and whose promises are judged. ``says``: objective to
    words that its reason must hold.
    """

    name: str
    what: str
    cells: Mapping[str, Outcome] = field(default_factory=dict)
    loses: Mapping[str, str] = field(default_factory=dict)
    kept_by_retries: tuple[str, ...] = ()
    act: Callable[[Stage, ExitStack], None] | None = None
    prepare: Callable[[Config, Path], Config] | None = None
    named: str = ""
    fault: bool = False
    load: Mapping[str, float] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False
    damage: Callable[[Trial], None] | None = None
    declared: bool = False
    sample: bool = False
    scenario: str = SCENARIOS[0]
    says: Mapping[str, str] = field(default_factory=dict)
