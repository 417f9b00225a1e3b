"""How often the judge's rules err, by simulation: the tables of slos/STATISTICS.md, in Markdown.

``python -m benchmarks.coverage [--trials N]``; seeded, so the same N gives the same tables. The
tests in tests/slo/test_coverage.py run the same functions with fewer trials.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks.simulation import (
    THIRD,
    WORSE,
    mean_misses,
    percentile_misses,
    ratio_passes,
    share_passes,
    stopped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Objective, seconds, mean failures in a burst.
RATIOS = (
    (0.99, 60, 1),
    (0.99, 60, 10),
    (0.99, 60, 40),
    (0.99, 300, 40),
    (0.999, 60, 1),
    (0.999, 60, 10),
    (0.999, 300, 40),
    (0.90, 60, 1),
    (0.90, 60, 40),
)
MEANS = (
    "exponential",
    "lognormal",
    "pareto",
    "1 % fail",
    "0.2 % fail",
    "hanging together",
    "bursts",
)
PERCENTILES = ("exponential", "lognormal", "1 % fail", "hanging together")

Row = tuple[object, ...]
Table = tuple[str, tuple[str, ...], "Callable[[int], Iterator[Row]]"]


def ratio_rows(trials: int, budget: float) -> Iterator[Row]:
    """Give a row for each objective, length and burst."""
    for objective, seconds, burst in RATIOS:
        yield (
            f"{objective:g}",
            seconds,
            burst,
            *ratio_passes(objective, seconds, burst, budget=budget, trials=trials),
        )


def mean_rows(trials: int) -> Iterator[Row]:
    """Give a row for each distribution and size."""
    for n in (3600, 12_000):
        for shape in MEANS:
            yield shape, n, *mean_misses(shape, n, trials=trials)


def percentile_rows(trials: int) -> Iterator[Row]:
    """Give a row for each distribution and percentile."""
    for shape in PERCENTILES:
        for rank in (50, 95, 99):
            yield shape, f"P{rank}", 3600, *percentile_misses(shape, rank, 3600, trials=trials)


def share_rows(trials: int) -> Iterator[Row]:
    """Give a row for each share: a split off by 3 points, a replica off by 25 % of a third."""
    for n in (1000, 3000, 12_000):
        split = share_passes(n, expected=0.7, tolerance=3, relative=False, trials=trials)
        spread = share_passes(n, expected=1 / 3, tolerance=25, relative=True, trials=trials)
        yield n, *split, *spread


def stopped_rows(trials: int) -> Iterator[Row]:
    """Give a row for each service: worse than promised, and at a third of its budget."""
    for objective, seconds, burst in (
        (0.99, 60, 1),
        (0.99, 300, 1),
        (0.99, 300, 10),
        (0.90, 60, 1),
    ):
        for name, budget in (("just worse", WORSE), ("a third", THIRD)):
            found = stopped(objective, seconds, burst, budget=budget, trials=trials)
            yield (
                f"{objective:g}",
                seconds,
                burst,
                name,
                found.at_end,
                found.careless,
                found.sequential,
                found.time,
            )


RULES = ("threshold", "Clopper-Pearson", "judge", "no failure seen")
TABLES: tuple[Table, ...] = (
    (
        "False PASS of a service just worse than its objective",
        ("objective", "seconds", "burst", *RULES),
        lambda trials: ratio_rows(trials, WORSE),
    ),
    (
        "PASS of a service at a third of its budget",
        ("objective", "seconds", "burst", *RULES),
        lambda trials: ratio_rows(trials, THIRD),
    ),
    (
        "The true mean above its bound",
        ("latencies", "N", "observed mean", "batch means, t", "judge"),
        mean_rows,
    ),
    (
        "The true percentile outside its interval",
        ("latencies", "percentile", "N", "above", "below"),
        percentile_rows,
    ),
    (
        "False PASS of a share that is off by its tolerance",
        ("N", "split, observed", "split, judge", "replica, observed", "replica, judge"),
        share_rows,
    ),
    (
        "PASS with nine looks",
        ("objective", "seconds", "burst", "budget", "no looks", "careless", "judge", "time"),
        stopped_rows,
    ),
)


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=3000)
    trials = parser.parse_args().trials
    say = Console(width=110, highlight=False, soft_wrap=True).print
    for title, headings, rows in TABLES:
        say(f"\n### {title}\n\n| {' | '.join(headings)} |\n|{'---|' * len(headings)}")
        for row in rows(trials):
            cells = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row)
            say(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
