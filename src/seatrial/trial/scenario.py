"""What one trial is about: which target, which fault, which sabotage. A value, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.config import Config


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named trial. ``experiment`` None: nothing is broken and there is no fault phase.

    ``sabotage`` names a folder under k8s/sabotage that is applied once the workload has settled:
    a target made bad on purpose, so that the promises are seen to fail.
    """

    name: str
    experiment: Path | None = None
    sabotage: str = ""


def production(config: Config) -> Scenario:
    """Return the gate's scenario: the configured target, load and experiment."""
    return Scenario(name="production", experiment=config.path(config.fault.experiment))
