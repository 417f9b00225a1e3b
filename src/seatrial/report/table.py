"""The tables of verdicts and of figures, for terminals and for logs of 80 columns.

What each verdict is stands in words, so that nothing hangs on colour. Deciding is ``slo``'s.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from seatrial.slo import Figures, figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from seatrial.slo import Verdict
    from seatrial.timeline import Timeline

LOG_COLUMNS = 80
_STYLES = {"PASS": "green", "FAIL": "bold red", "INCONCLUSIVE": "bold yellow"}
_ORDER = ("FAIL", "INCONCLUSIVE", "PASS")


def verdict_table(verdicts: Sequence[Verdict]) -> Table:
    """Return one row a verdict; below it why each one that is not PASS is so, and the counts."""
    table = _table(f"{len(verdicts)} promises judged")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Promise", overflow="fold", ratio=4)
    table.add_column("Phase", no_wrap=True)
    table.add_column("Promised", overflow="fold", ratio=3)
    table.add_column("Seen", overflow="fold", ratio=3)
    table.add_column("Bound", overflow="fold", ratio=3)
    table.add_column("N", justify="right", no_wrap=True)
    for verdict in verdicts:
        outcome = verdict.outcome.name
        table.add_row(
            Text(outcome, style=_STYLES[outcome]),
            Text(verdict.objective),
            verdict.phase,
            Text(verdict.promised),
            Text(verdict.seen),
            Text(verdict.bound or "-"),
            f"{verdict.n}",
        )
    table.caption = _reasons(verdicts)
    return table


def _reasons(verdicts: Sequence[Verdict]) -> Text:
    """Return a line for each verdict that is not PASS, the worst first, and how many of each."""
    lines = Text()
    for outcome in _ORDER[:-1]:
        for verdict in verdicts:
            if verdict.outcome.name == outcome:
                lines.append(outcome, style=_STYLES[outcome])
                lines.append(f" {verdict.objective}: {verdict.reason}\n")
    counts = {name: sum(item.outcome.name == name for item in verdicts) for name in _ORDER}
    lines.append(", ".join(f"{count} {name}" for name, count in counts.items()))
    return lines


def figures_table(timeline: Timeline) -> Table:
    """Return one row a judged phase: counts, success, and latency in ms."""
    table = _table("Latency in ms, each request from its intended start")
    for heading in ("Phase", "N", "Success", "Mean", "P50", "P95", "P99", "Timeouts", "Retries"):
        side = "left" if heading == "Phase" else "right"
        table.add_column(heading, justify=side, no_wrap=True)  # type: ignore[arg-type]  # a Literal
    for phase in ("baseline", "fault", "recovery", "whole"):
        table.add_row(*_figures_row(phase, figures(timeline, phase)))
    return table


def _figures_row(phase: str, found: Figures) -> tuple[str, ...]:
    latencies = (found.mean_ms, found.p50_ms, found.p95_ms, found.p99_ms)
    return (
        phase,
        f"{found.n}",
        f"{found.success_ratio:.5f}",
        *(f"{value:.2f}" for value in latencies),
        f"{found.timeouts}",
        f"{found.retries}",
    )


def _table(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
        caption_style="",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )


def as_text(what: RenderableType, *, columns: int = LOG_COLUMNS) -> str:
    """Render for a log: plain text, no colours, at most ``columns`` wide, no trailing blanks."""
    stream = io.StringIO()
    Console(file=stream, width=columns, color_system=None, force_terminal=False).print(what)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())
