"""What every step of one trial needs to know, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.config import Config
    from seatrial.progress import Progress
    from seatrial.trial.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Run:
    """One trial being recorded: what was asked for, the requests' body, where it is written."""

    config: Config
    scenario: Scenario
    body: bytes
    directory: Path
    progress: Progress
