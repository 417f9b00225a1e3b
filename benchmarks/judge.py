"""How long judging ten million records takes, and how much memory: on one core, from disk.

For each kind of arrivals it writes a trial of that size, then reads and judges it in a fresh
process pinned to one core, by every default objective, as ``seatrial judge`` would, and prints what
each objective cost. ``python benchmarks/judge.py [--requests N] [--directory DIR]``; the targets
are 1 s and 1 GB. CPU time says what the judge costs, the clock also what else the machine does.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from os import environ, sched_getaffinity, sched_setaffinity
from pathlib import Path

from rich.console import Console

from seatrial import objectives, slo, timeline

ROOT = Path(__file__).parents[1]
ARRIVALS = ("poisson", "constant")
#: Objectives that took less than this are counted together.
SHOWN_S = 0.005


@dataclass(frozen=True, slots=True)
class Mark:
    """Seconds of the clock and of this process's CPU, and its peak memory in GB."""

    clock_s: float
    cpu_s: float
    peak_gb: float


def main() -> None:
    """Write each trial, judge it in a process of its own, and print what that took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=10_000_000)
    parser.add_argument("--directory", type=Path, help="keep the trials here and use them again")
    parser.add_argument("--profile", help="judge by this profile's documents, too")
    parser.add_argument("--judge", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.judge:
        measure(options.judge, options.profile)
        return
    with tempfile.TemporaryDirectory() as temporary:
        for arrivals in ARRIVALS:
            directory = (options.directory or Path(temporary)).absolute() / arrivals
            if not (directory / "plan.json").is_file():
                run("-m", "benchmarks.trial", str(directory), str(options.requests), arrivals)
            asked = ["--profile", options.profile] if options.profile else []
            run(__file__, "--judge", str(directory), *asked)


def run(*arguments: str) -> None:
    """Run Python in a fresh process, from the repository's root."""
    command = [sys.executable, *arguments]
    subprocess.run(command, check=True, cwd=ROOT, env=environ | {"OMP_NUM_THREADS": "1"})


def measure(directory: Path, profile: str | None) -> None:
    """Read, judge and count on one core; print seconds, peak memory and the outcomes."""
    sched_setaffinity(0, {min(sched_getaffinity(0))})
    asked = objectives.read(ROOT / "slos", profile=profile)
    marks = [mark()]
    recorded = timeline.load(directory)
    marks.append(mark())
    verdicts = slo.judge(recorded, asked)
    marks.append(mark())
    slo.figures_of(recorded, dict.fromkeys(item.phase for item in verdicts))
    marks.append(mark())
    outcomes = Counter(item.outcome.value for item in verdicts)
    say = Console(width=110).print
    what = f"{recorded.plan.arrivals}: {len(recorded.requests):,} records"
    say(f"{what}, {len(verdicts)} objectives: {dict(outcomes)}")
    for name, first, last in (("read", 0, 1), ("judge", 1, 2), ("both", 0, 2), ("figures", 2, 3)):
        say(f"{name:8} {told(marks[first], marks[last])}")
    for name, seconds in shares(directory, asked):
        say(f"  {seconds:.3f} s of CPU  {name}")


def mark() -> Mark:
    """Return what the process has used so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return Mark(time.perf_counter(), time.process_time(), peak)


def told(sooner: Mark, later: Mark) -> str:
    """Return what happened between two marks in words."""
    clock, cpu = later.clock_s - sooner.clock_s, later.cpu_s - sooner.cpu_s
    return f"{clock:.3f} s ({cpu:.3f} s of CPU), peak memory {later.peak_gb:.2f} GB"


def shares(directory: Path, asked: tuple[slo.Objective, ...]) -> list[tuple[str, float]]:
    """Return what each objective costs alone, in CPU seconds, beside what all of them share."""
    recorded = timeline.load(directory)
    judged = [item for item in asked if recorded.plan.judged_as in item.scenarios]
    costs = {item.name: _cost(recorded, item) for item in judged}
    shared = min(costs.values())
    own = sorted(((cost - shared, name) for name, cost in costs.items()), reverse=True)
    shown = [(name, cost) for cost, name in own if cost >= SHOWN_S]
    rest = sum(cost for cost, _ in own[len(shown) :])
    return [("(columns, shared)", shared), *shown, (f"({len(own) - len(shown)} others)", rest)]


def _cost(recorded: timeline.Timeline, item: slo.Objective) -> float:
    begun = time.process_time()
    slo.judge(recorded, (item,))
    return time.process_time() - begun


if __name__ == "__main__":
    main()
