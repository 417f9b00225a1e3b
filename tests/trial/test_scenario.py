"""The scenarios: their names, and what each asks of target, load and judge."""

from __future__ import annotations

from pathlib import Path

from seatrial.config import Config
from seatrial.slo import SCENARIOS
from seatrial.trial.plan import make_plan
from seatrial.trial.scenario import BY_NAME, Scenario, autoscaling

CONFIG = Config(root=Path("/nowhere"))


def test_every_scenario_that_can_be_promised_in_can_be_tried() -> None:
    """Each name a document may give has a maker; its trial is judged by that name's promises."""
    assert tuple(BY_NAME) == SCENARIOS
    for name, make in BY_NAME.items():
        assert (make(CONFIG).name, make(CONFIG).judged_as) == (name, name)


def test_the_autoscaling_trial_has_its_own_rates_and_range() -> None:
    """Settling, low, high and low again, from the table's values; the range is the table's, too."""
    made = autoscaling(CONFIG)
    plan = make_plan(made.settings(CONFIG), made, trial="t", epoch_wall="", epoch_monotonic_ns=5)
    table = CONFIG.autoscaling
    assert [(phase.name, phase.rate) for phase in plan.phases] == [
        ("settle", table.baseline_rate),
        ("baseline", table.baseline_rate),
        ("surge", table.surge_rate),
        ("calm", table.calm_rate),
    ]
    assert plan.planned == sum(phase.planned or 0 for phase in plan.phases)
    assert plan.rate == table.surge_rate
    assert (plan.replicas_min, plan.replicas_max) == (table.replicas_min, table.replicas_max)
    assert (plan.judged_as, plan.experiment) == ("autoscaling", "")


def test_a_sabotaged_trial_is_judged_as_production() -> None:
    """Whatever a trial's own name is, its promises are production's unless it says otherwise."""
    assert Scenario("slow-model", sabotage="slow-model").judged_as == "production"


def test_only_its_target_is_a_scenarios_own() -> None:
    """The overlay and the range change, cluster, load and all else stay as configured."""
    settings = autoscaling(CONFIG).settings(CONFIG)
    assert settings.target.overlay == CONFIG.autoscaling.overlay
    assert settings.model_copy(update={"target": CONFIG.target}) == CONFIG
    assert BY_NAME["production"](CONFIG).settings(CONFIG) == CONFIG
