"""What one trial is about: which target, load, fault and sabotage. Values, no behaviour.

Scenarios that documents can promise something in are made here by their names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.fault.catalogue import CATALOGUE, of_kind
from seatrial.load import Stage
from seatrial.slo import SCENARIOS
from seatrial.trial.fault_call import FaultCall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from seatrial.config import Config, Target


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named trial. ``experiment`` None: nothing is broken and there is no fault phase.

    ``sabotage`` names a folder under k8s/sabotage that is applied once the workload has settled:
    a target made bad on purpose, so that the promises are seen to fail. ``judged_as`` is the
    scenario whose promises it is judged by, whatever its own name. ``phases``, in order, stand in
    place of ``[load]``'s, and ``target`` in place of ``[target]``, where they are given.
    ``beside`` names one that somebody else applies while the trial runs: declared, it is no other
    writer's doing. ``environment``: what the experiment is told beside what the trial and its
    configuration tell it, such as which replica.
    """

    name: str
    experiment: Path | None = None
    sabotage: str = ""
    judged_as: str = SCENARIOS[0]
    phases: tuple[tuple[str, Stage], ...] = ()
    target: Target | None = None
    beside: str = ""
    environment: tuple[tuple[str, str], ...] = ()

    def settings(self, config: Config) -> Config:
        """Return the configuration with this scenario's target."""
        return config if self.target is None else config.model_copy(update={"target": self.target})


def production(config: Config) -> Scenario:
    """Return the gate's scenario: the configured target, load and experiment."""
    return Scenario(name="production", experiment=config.path(config.fault.experiment))


def autoscaling(config: Config) -> Scenario:
    """Return the scenario in which load rises and falls, and the autoscaler has to follow.

    Nothing is broken in it.
    """
    table = config.autoscaling
    return Scenario(
        name="autoscaling",
        judged_as="autoscaling",
        phases=(
            ("settle", Stage(table.settle_s, table.baseline_rate)),
            ("baseline", Stage(table.baseline_s, table.baseline_rate)),
            ("surge", Stage(table.surge_s, table.surge_rate)),
            ("calm", Stage(table.calm_s, table.calm_rate)),
        ),
        target=config.target.model_copy(
            update={
                "overlay": table.overlay,
                "replicas_min": table.replicas_min,
                "replicas_max": table.replicas_max,
            }
        ),
    )


def nightly(config: Config, call: FaultCall | None = None) -> Scenario:
    """Return the trial of one fault of the catalogue; of its first kind where none is given."""
    asked = call or FaultCall(CATALOGUE[0].kind)
    folder = config.path(config.fault.experiment).parent
    return Scenario(
        name=asked.name if call else "nightly",
        experiment=folder / of_kind(asked.kind).file,
        judged_as="nightly",
        phases=asked.phases(config.nightly),
        target=config.target.model_copy(update={"overlay": config.nightly.overlay}),
        environment=asked.environment,
    )


#: How each scenario is made; the names are ``slo.SCENARIOS``.
BY_NAME: Mapping[str, Callable[[Config], Scenario]] = {
    "production": production,
    "autoscaling": autoscaling,
    "nightly": nightly,
}
