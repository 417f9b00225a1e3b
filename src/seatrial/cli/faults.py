"""``seatrial faults``: what several recorded trials with one kind of fault say of such faults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seatrial import objectives, slo, timeline
from seatrial.errors import UsageError
from seatrial.slo import words
from seatrial.slo.faults import LEAST_FAULTS, Claim, over_faults

Trials = Annotated[
    list[Path], typer.Argument(help="Directories of trials with the same kind of fault.")
]
Documents = Annotated[Path, typer.Option("--slos", help="The documents all of them are judged by.")]


def faults(directories: Trials, slos: Documents = Path("slos")) -> None:
    """Say of each promise of the fault window in how many faults it was kept, and what follows.

    A trial's own verdict speaks of its own fault; a claim about such faults needs three of them.
    """
    trials = [timeline.load(directory) for directory in directories]
    kinds = {hit.kind for trial in trials for hit in trial.faults}
    if len(kinds) != 1 or not all(trial.faults for trial in trials):
        raise UsageError(
            "compare faults",
            got=f"kinds {', '.join(sorted(kinds)) or 'none'}, "
            f"{sum(not trial.faults for trial in trials)} trials without a fault",
            expected="trials that each have a fault, all of one kind",
            mend="name trials of the same experiment",
        )
    if len({directory.resolve() for directory in directories}) < len(directories):
        raise UsageError("count faults", got="a trial named twice", expected="each trial once")
    promises = objectives.read(slos)
    for claim in over_faults([slo.judge(trial, promises) for trial in trials]):
        typer.echo(_line(claim))


def _line(claim: Claim) -> str:
    left_out = f", {claim.undecided} undecided" if claim.undecided else ""
    seen = f"{claim.objective}: kept in {claim.kept} of {words.count(claim.faults, 'fault')}"
    if claim.at_least is None:
        return f"{seen}{left_out}; a claim about such faults takes {LEAST_FAULTS} decided ones"
    share = words.ratio(100 * claim.at_least)
    return f"{seen}{left_out}; at least {share} % of such faults keep it, at 95 %"
