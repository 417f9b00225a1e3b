"""The live reader: at the plan's looks it may have the load cut short; it never decides anything.

It reads the records that the load process is writing (``requests.partial``); the verdict comes
from the saved Timeline, which says at which instant the load was cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seatrial import slo, timeline
from seatrial.slo.sequential import CUT_AFTER_NS, cuts
from seatrial.timeline import NANOSECONDS_PER_MS, LoadReport

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.load import LoadProcess
    from seatrial.progress import Progress
    from seatrial.slo import Objective
    from seatrial.timeline import Plan, Timeline


@dataclass(slots=True)
class Reader:
    """Looks at a running trial. ``left`` are the cut instants still ahead, in order."""

    plan: Plan
    objectives: tuple[Objective, ...]
    directory: Path
    progress: Progress
    left: list[int]

    @classmethod
    def of(
        cls, plan: Plan, objectives: tuple[Objective, ...], directory: Path, progress: Progress
    ) -> Reader:
        """Return the reader of a trial; it looks as often as the plan allows, maybe never."""
        return cls(plan, objectives, directory, progress, list(cuts(plan)))

    def look(self, process: LoadProcess, now_ns: int) -> None:
        """Look if it is time for the next one; cut the load at its instant if all is decided."""
        if not self.left or now_ns < self.left[0] - CUT_AFTER_NS:
            return
        cut_ns = self.left.pop(0)
        if now_ns >= cut_ns - CUT_AFTER_NS // 2:
            return  # too late to tell the load process in time: the next look decides
        undecided = slo.waiting(so_far(self.plan, self.directory, now_ns), self.objectives)
        if undecided:
            self.progress.note(f"the load goes on for {', '.join(undecided)}")
            return
        self.left.clear()
        process.cut(cut_ns)
        self.progress.note(f"every objective is decided: the load ends at {cut_ns / 1e9:.0f} s")


def so_far(plan: Plan, directory: Path, now_ns: int) -> Timeline:
    """Return the trial up to the last instant whose requests must all have ended by ``now_ns``."""
    until = now_ns - round(plan.deadline_ms * NANOSECONDS_PER_MS)
    ended = timeline.ended_so_far(directory)
    requests = ended[ended["intended"] < until]
    count = len(requests)
    report = LoadReport(count, count, (), 0, until, 0.0, 0, cut_ns=until)
    return replace(timeline.load(directory), plan=plan, requests=requests, load=report)
