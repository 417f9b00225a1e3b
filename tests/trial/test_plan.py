"""The plan of a trial follows from configuration and scenario alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.config import Config
from seatrial.trial.plan import make_plan, stages
from seatrial.trial.scenario import Scenario, production

if TYPE_CHECKING:
    from seatrial.timeline import Plan


def _plan(scenario: Scenario) -> Plan:
    return make_plan(
        Config(root=Path("/nowhere")),
        scenario,
        trial="t",
        epoch_wall="2026-01-01T00:00:00Z",
        epoch_monotonic_ns=5,
    )


def test_phases_join_without_gaps() -> None:
    """Each phase begins where the one before it ended, from the epoch on."""
    plan = _plan(production(Config(root=Path("/nowhere"))))
    assert [phase.name for phase in plan.phases] == ["settle", "baseline", "fault", "recovery"]
    assert plan.phases[0].start_ns == 0
    ends = [phase.end_ns for phase in plan.phases]
    assert [phase.start_ns for phase in plan.phases[1:]] == ends[:-1]
    assert plan.planned == round(plan.rate * ends[-1] / 1e9)
    assert [phase.rate for phase in plan.phases] == [plan.rate] * 4
    assert [stage.planned for stage in stages(plan.phases)] == [1200, 3600, 7200, 4200]


def test_nothing_broken_means_no_fault_phase() -> None:
    """A scenario without an experiment has neither a fault nor a recovery phase."""
    plan = _plan(Scenario("calm"))
    assert [phase.name for phase in plan.phases] == ["settle", "baseline"]
    assert plan.experiment == ""


def test_weights_are_shares() -> None:
    """The arms' configured weights become shares that sum to one."""
    assert _plan(Scenario("calm")).arm_weights == (0.7, 0.3)
