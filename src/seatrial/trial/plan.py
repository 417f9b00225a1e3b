"""From configuration and scenario to the Plan that the trial is held to. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.load import Stage, planned
from seatrial.slo.sequential import looks_in
from seatrial.timeline import NANOSECONDS, Phase, Plan

if TYPE_CHECKING:
    from seatrial.config import Config, LoadShape
    from seatrial.trial.scenario import Scenario


def phases(load: LoadShape, scenario: Scenario) -> tuple[Phase, ...]:
    """Return the trial's phases end to end, in ns since the epoch: the scenario's own, if any."""
    found: list[Phase] = []
    start = 0
    for name, stage in scenario.phases or _configured(load, scenario):
        end = start + round(stage.seconds * NANOSECONDS)
        found.append(Phase(name, start, end, stage.rate))
        start = end
    return tuple(found)


def _configured(load: LoadShape, scenario: Scenario) -> tuple[tuple[str, Stage], ...]:
    """Return ``[load]``'s phases, all at its rate; the last two only where there is a fault."""
    lengths = [("settle", load.settle_s), ("baseline", load.baseline_s)]
    if scenario.experiment is not None:
        lengths += [("fault", load.fault_s), ("recovery", load.recovery_s)]
    return tuple((name, Stage(seconds, load.rate)) for name, seconds in lengths)


def stages(stretch: tuple[Phase, ...]) -> tuple[Stage, ...]:
    """Return the load of these phases: for how many seconds which rate."""
    return tuple(
        Stage((phase.end_ns - phase.start_ns) / NANOSECONDS, phase.rate) for phase in stretch
    )


def make_plan(
    config: Config,
    scenario: Scenario,
    *,
    trial: str,
    epoch_wall: str,
    epoch_monotonic_ns: int,
    instruments: tuple[str, ...] = (),
) -> Plan:
    """Return the plan of one trial; the epoch's two clock readings are the caller's.

    ``config`` has the scenario's own target in it already.
    ``instruments`` are the parts of the Timeline that are to be recorded beside the load's.
    """
    shape = config.load
    stretch = phases(shape, scenario)
    total = sum(config.request.arms.values())
    return Plan(
        trial=trial,
        scenario=scenario.name,
        rate=max(phase.rate for phase in stretch),
        arrivals=shape.arrivals,
        seed=shape.seed,
        planned=planned(stages(stretch)),
        deadline_ms=config.request.deadline_ms,
        send_lag_bound_ms=shape.send_lag_bound_ms,
        phases=stretch,
        arms=tuple(config.request.arms),
        arm_weights=tuple(weight / total for weight in config.request.arms.values()),
        replicas_min=config.target.replicas_min,
        replicas_max=config.target.replicas_max,
        experiment=scenario.experiment.name if scenario.experiment else "",
        sabotage=scenario.sabotage or scenario.beside,
        epoch_wall=epoch_wall,
        epoch_monotonic_ns=epoch_monotonic_ns,
        looks=_looks(shape, scenario, stretch[-1]),
        judged_as=scenario.judged_as,
        instruments=instruments,
    )


def _looks(shape: LoadShape, scenario: Scenario, last: Phase) -> int:
    """Return at how many instants the load may be cut; never in a trial with a fault.

    What follows a fault is watched to its planned end: it may come back.
    """
    if not shape.stop_early or scenario.experiment is not None:
        return 0
    return looks_in(last.start_ns, last.end_ns)
