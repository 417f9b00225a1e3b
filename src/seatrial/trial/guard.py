"""What must hold before a trial may break anything: consent for the very cluster it runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.errors import UsageError

if TYPE_CHECKING:
    from seatrial.config import Config
    from seatrial.trial.scenario import Scenario


def check_fault_allowed(config: Config, scenario: Scenario) -> None:
    """Raise UsageError when ``scenario`` would break an existing cluster without consent for it."""
    context = config.cluster.context
    if scenario.experiment is None or context is None:
        return
    if config.fault.allowed_context == context:
        return
    raise UsageError(
        f"run {scenario.experiment.name} in the cluster {context}",
        got=f"fault.allowed_context = {config.fault.allowed_context!r}",
        expected=f"the name of this very context, {context!r}",
        mend="set fault.allowed_context in seatrial.toml if replicas of it may be killed",
    )
