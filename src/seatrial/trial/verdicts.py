"""A recorded trial read back from disk with its verdicts: what tests, tables and reports show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial import slo, timeline
from seatrial.trial.attested import attested

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from seatrial.slo import Objective, Verdict
    from seatrial.timeline import Timeline
    from seatrial.trial.attested import Attested

VERDICTS = "verdicts.json"


@dataclass(frozen=True, slots=True)
class Judged:
    """A Timeline and the verdict on each objective, in the objectives' order."""

    timeline: Timeline
    verdicts: tuple[Verdict, ...]

    @property
    def attested(self) -> Attested | None:
        """Whether the trial left everything as it was; None where that was never looked at."""
        return attested(self.timeline)

    def verdict(self, objective: str) -> Verdict:
        """Return the verdict on the objective of that name. Raises KeyError when there is none."""
        for verdict in self.verdicts:
            if verdict.objective == objective:
                return verdict
        raise KeyError(objective)


def judged(directory: Path, objectives: Iterable[Objective]) -> Judged:
    """Judge the trial in ``directory`` and write its verdicts there: same files, same verdicts."""
    recorded = timeline.load(directory)
    verdicts = slo.judge(recorded, tuple(objectives))
    phases = dict.fromkeys(verdict.phase for verdict in verdicts)
    figures = slo.figures_of(recorded, phases)
    timeline.save_part(directory, VERDICTS, slo.as_json(verdicts, figures))
    return Judged(recorded, verdicts)
