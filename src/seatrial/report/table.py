"""The tables of verdicts and of figures, for terminals and for logs of 80 columns.

What each verdict is stands in words, so that nothing hangs on colour. Deciding is ``slo``'s.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from seatrial.slo import Figures, Indicator, Outcome, at_proxies, figures, phases_of
from seatrial.slo.words import ratio, upward

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.console import RenderableType

    from seatrial.slo import Range, Verdict
    from seatrial.timeline import Timeline

LOG_COLUMNS = 80
_STYLES = {
    Outcome.FAIL: "bold red",
    Outcome.INCONCLUSIVE: "bold yellow",
    Outcome.PASS: "green",
}
#: How a measured value reads, by indicator: cut off or rounded up, never towards the promise.
SEEN: Mapping[Indicator, Callable[[float], str]] = {
    Indicator.SUCCESS: ratio,
    Indicator.LATENCY: lambda value: f"{ratio(value)} in time",
    Indicator.FIRST_ATTEMPT: ratio,
    Indicator.MEAN_LATENCY: lambda value: f"{upward(value)} ms",
    Indicator.TIMEOUTS: lambda value: f"{value:g}",
    Indicator.THROUGHPUT: lambda value: f"{ratio(value)}/s at worst",
    Indicator.REPLICA_RANGE: lambda value: f"{value:g} outside",
    Indicator.SCALING_ACTIVE: lambda value: f"{upward(value)} s lost",
    Indicator.SCALE_UP_LAG: lambda value: f"{upward(value)} s",
    Indicator.SCALE_DOWN_LAG: lambda value: f"{upward(value)} s",
    Indicator.SCALING_STEPS: lambda value: f"{value:g} too far",
    Indicator.SCALING_REVERSALS: lambda value: f"{value:g} at the most",
    Indicator.EARLY_DOWN_STEPS: lambda value: f"{value:g} too early",
    Indicator.REPLICA_WRITERS: lambda value: f"{value:g} by others",
    Indicator.READY_LAG: lambda value: f"{upward(value)} s at the most",
    Indicator.READY_REPLICAS: lambda value: f"{value:g} at the least",
    Indicator.REPLICA_SPREAD: lambda value: f"{upward(value)} % off",
    Indicator.ARM_SPLIT: lambda value: f"{upward(value)} points off",
    Indicator.SERVED_AGAIN: lambda value: f"{upward(value)} s",
    Indicator.REPLICA_REPLACED: lambda value: f"{upward(value)} s",
    Indicator.PARITY: lambda value: f"{value:g} differ",
    Indicator.PROXY_RETRIES: lambda value: f"{upward(value)} for 100",
    Indicator.EJECTIONS: lambda value: f"{value:g}",
    Indicator.PROXY_OVERFLOWS: lambda value: f"{value:g}",
    Indicator.UNDO: lambda value: f"{value:g}",
}


def verdict_table(verdicts: Sequence[Verdict]) -> Group:
    """Return one row a verdict; below it why each one that is not PASS is so, and the counts.

    Rows are short: bounds and where failures lie stand in the reasons, in verdicts.json and Allure.
    """
    table = _table(f"{len(verdicts)} promises judged")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Promise", overflow="fold", min_width=22)
    table.add_column("Promised", overflow="fold")
    table.add_column("Seen", overflow="fold")
    table.add_column("N", justify="right", min_width=6)
    for verdict in verdicts:
        table.add_row(
            Text(_outcome(verdict), style=_STYLES[verdict.outcome]),
            Text(_name(verdict)),
            Text(verdict.promised),
            Text(_seen(verdict)),
            f"{verdict.n}",
        )
    return Group(table, _reasons(verdicts))


def _seen(verdict: Verdict) -> str:
    """Return the measured value, and what it spent of an error budget."""
    if verdict.value is None:
        return "-"
    seen = SEEN[verdict.indicator](verdict.value)
    spent = verdict.budget_spent
    return f"{seen}, {upward(100 * spent)} % of the budget" if spent else seen


def _outcome(verdict: Verdict) -> str:
    """Return the outcome; a star marks a promise that only the proxy's retries kept."""
    return f"{verdict.outcome.value}{'*' if verdict.kept_by_retries else ''}"


def _name(verdict: Verdict) -> str:
    """Return the objective's name, with its phase where the name doesn't say it."""
    phase = verdict.phase.value
    return verdict.objective if phase in verdict.objective else f"{verdict.objective} ({phase})"


def _reasons(verdicts: Sequence[Verdict]) -> Text:
    """Return the reason of each that is not PASS, the worst first, or is so by retries; counts."""
    lines = Text()
    for outcome, style in _STYLES.items():
        for verdict in verdicts:
            if verdict.outcome is outcome and outcome is not Outcome.PASS:
                lines.append(verdict.objective, style=style)
                lines.append(f": {verdict.reason}\n")
    for verdict in verdicts:
        if verdict.kept_by_retries:
            lines.append(f"* {verdict.objective}", style=_STYLES[Outcome.INCONCLUSIVE])
            lines.append(f": {verdict.reason}\n")
    counts = {name: sum(item.outcome is name for item in verdicts) for name in _STYLES}
    lines.append(", ".join(f"{count} {name.value}" for name, count in counts.items()))
    return lines


def figures_table(timeline: Timeline) -> Table:
    """Return one row for each phase of the plan that is judged, and one for all of them."""
    table = _of_phases(
        "Latency in ms, each request from its intended start",
        ("N", "Success", "Mean", "P50", "P95", "P99", "Timeouts", "Retried"),
    )
    for phase in phases_of(timeline.plan):
        table.add_row(*_figures_row(figures(timeline, phase)))
    return table


def _figures_row(found: Figures) -> tuple[str, ...]:
    latencies = (found.mean_ms, found.p50_ms, found.p95_ms, found.p99_ms)
    return (
        found.phase.value,
        f"{found.n}",
        f"{found.success_ratio:.5f}",
        *(f"{value:.2f}" for value in latencies),
        f"{found.timeouts}",
        f"{found.retried}",
    )


def proxies_table(timeline: Timeline) -> RenderableType:
    """Return one row a judged phase: what the proxies counted, beside the success that it gave.

    ``2 to 3``: what lies between two samples at an edge; ``≥ 2``: a proxy may have counted more.
    """
    found = at_proxies(timeline, phases_of(timeline.plan))
    if not found:
        return Text("At the proxies: none told what it counts")
    table = _of_phases(
        "At the proxies, by their own count; told: retries that clients were told of",
        ("Success", "Retries", "Told", "Ejections", "Overflows"),
    )
    for item in found:
        ranges = [_range(seen) for seen in (item.retries, item.ejections, item.overflows)]
        success = f"{item.success_ratio:.5f}"
        table.add_row(item.phase.value, success, ranges[0], f"{item.told}", *ranges[1:])
    return table


def _range(seen: Range) -> str:
    if seen.most is None:
        return f"≥ {seen.least}"
    return f"{seen.least}" if seen.least == seen.most else f"{seen.least} to {seen.most}"


def _of_phases(title: str, headings: Sequence[str]) -> Table:
    table = _table(title)
    table.add_column("Phase", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def attested_text(outcome: Outcome, reason: str) -> Text:
    """Return whether the trial left everything as it was: no objective, and judged apart."""
    return Text.assemble(("attestation ", "bold"), (outcome.value, _STYLES[outcome]), f": {reason}")


def _table(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )


def as_text(what: RenderableType, *, columns: int = LOG_COLUMNS) -> str:
    """Render for a log: plain text, no colours, at most ``columns`` wide, no trailing blanks."""
    stream = io.StringIO()
    Console(file=stream, width=columns, color_system=None, force_terminal=False).print(what)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())
