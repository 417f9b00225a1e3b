"""The objectives as tables: for a terminal one a scenario, in a pipe one whole line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from seatrial.slo import promised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from seatrial.slo import Objective

#: So wide that no row is ever broken.
ENDLESS = 10_000


def for_terminal(objectives: Sequence[Objective]) -> RenderableType:
    """Return one table for the promises of each scenario; names stay whole at 80 columns.

    Where a promise stands is left to ``explain``: paths are what makes rows too long.
    """
    groups: dict[str, list[Objective]] = {}
    for item in objectives:
        groups.setdefault(" and ".join(item.scenarios), []).append(item)
    return Group(*(_group(name, found) for name, found in groups.items()))


def _group(scenario: str, objectives: Sequence[Objective]) -> Table:
    title = f"Promised in trials of {scenario}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Objective", no_wrap=True)
    table.add_column("Phase", no_wrap=True)
    table.add_column("Promise")
    table.add_column("Least N", no_wrap=True, justify="right")
    for item in objectives:
        table.add_row(item.name, item.phase.value, Text(promised(item)), f"{item.floor}")
    return table


def for_pipe(objectives: Sequence[Objective]) -> Table:
    """Return one row an objective, with scenarios and document, to be printed ``ENDLESS`` wide."""
    table = Table(box=None, pad_edge=False)
    for heading in ("Objective", "Scenario", "Phase", "Promise", "Least N", "Document"):
        table.add_column(heading, no_wrap=True)
    for item in objectives:
        row = (item.name, ",".join(item.scenarios), item.phase.value, promised(item))
        table.add_row(*map(Text, (*row, f"{item.floor}", item.source)))
    return table


def plain(objective: Objective) -> dict[str, object]:
    """Return an objective as JSON's own types: what the table shows, and what it leaves out."""
    return {
        "name": objective.name,
        "title": objective.title,
        "indicator": objective.indicator.value,
        "scenarios": list(objective.scenarios),
        "phase": objective.phase.value,
        "promised": promised(objective),
        "floor": objective.floor,
        "severity": objective.severity,
        "document": objective.source,
    }
