"""What every step of one trial needs to know, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.config import Config
    from seatrial.golden import Golden
    from seatrial.lease import HeldLease
    from seatrial.progress import Progress
    from seatrial.trial.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Run:
    """One trial being recorded: what was asked for, what is sent, where it is written.

    With a ``golden`` set the bodies are those of its inputs, in its order. ``lease`` is what it is
    held under, None before it was acquired; a ``fresh_namespace`` was made for it.
    """

    config: Config
    scenario: Scenario
    bodies: tuple[bytes, ...]
    golden: Golden | None
    directory: Path
    progress: Progress
    lease: HeldLease | None = None
    fresh_namespace: bool = False

    def check_lease(self) -> None:
        """Raise LeaseLostError if the trial has lost its target to another."""
        if self.lease is not None:
            self.lease.check()
