"""What every step of one trial needs to know, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.config import Config
    from seatrial.golden import Golden
    from seatrial.progress import Progress
    from seatrial.trial.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Run:
    """One trial being recorded: what was asked for, what is sent, where it is written.

    With a ``golden`` set the bodies are those of its inputs, in its order.
    """

    config: Config
    scenario: Scenario
    bodies: tuple[bytes, ...]
    golden: Golden | None
    directory: Path
    progress: Progress
