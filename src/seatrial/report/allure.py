"""What each test of a promise tells Allure: title, severity, parameters, steps and the record.

Allure takes these for the test, or the fixture, that runs at the time; where pytest writes no
Allure results they do nothing. What does not belong here: raising. A FAIL becomes Allure's
'failed' and INCONCLUSIVE its 'broken' by the exception that the test raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import allure

from seatrial.report.plots import latency_plot, replicas_plot
from seatrial.report.table import as_text, figures_table, proxies_table
from seatrial.slo.guards import NEEDS, Needs
from seatrial.slo.words import upward

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rich.console import RenderableType

    from seatrial.slo import Indicator, Verdict
    from seatrial.timeline import Timeline

#: Columns of a table that is attached: Allure scrolls, a log does not.
WIDE = 120
#: Larger files are named, with their size, and stay where they are: the page holds what it shows.
LARGEST_ATTACHMENT = 8 * 1024 * 1024

_TYPES = {
    ".json": "application/json",
    ".jsonl": "text/plain",
    ".log": "text/plain",
    ".npy": "application/octet-stream",
    ".png": "image/png",
    ".txt": "text/plain",
    ".yaml": "text/plain",
}
_LATENCY, _REPLICAS = "latency.png", "replicas.png"
_PLOTS = {_LATENCY: "latency over time", _REPLICAS: "replicas over time"}
_TABLES: Mapping[str, Callable[[Timeline], RenderableType]] = {
    "figures of each phase": figures_table,
    "retries, ejections and overflows at the proxies": proxies_table,
}
#: Instruments that watch replicas: what is read from them shows in their plot.
_WATCH_REPLICAS = frozenset({"replicas", "endpoints", "autoscaler", "workload"})


class _Shown:
    """A parameter's value as Allure shows it: the text itself, without a string's quotes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def step(title: str) -> AbstractContextManager[None]:
    """Enter a step of the running test; an exception that leaves it marks it failed or broken."""
    context: AbstractContextManager[None] = allure.step(title)
    return context


def attach_trial(timeline: Timeline, directory: Path) -> None:
    """Draw the plots into ``directory``; attach them, the figures and every file of the trial.

    Call it once a trial, in the fixture that holds it: each test that uses the fixture shows it.
    """
    with step("the record of the trial"):
        latency_plot(timeline, directory / _LATENCY)
        replicas_plot(timeline, directory / _REPLICAS)
        for name, title in _PLOTS.items():
            _attach_file(directory / name, title)
        for title, table in _TABLES.items():
            allure.attach(as_text(table(timeline)), title, "text/plain", "txt")
        for path in _files(timeline.directory):
            _attach(path, path.relative_to(timeline.directory).as_posix())


def attach_table(table: RenderableType, title: str) -> None:
    """Attach a table as text."""
    allure.attach(as_text(table, columns=WIDE), title, "text/plain", "txt")


def _files(directory: Path) -> list[Path]:
    """Return the trial's files, folders walked, without hidden ones and the plots."""
    return sorted(
        path
        for path in directory.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path.name not in _PLOTS
    )


def _attach(path: Path, title: str) -> None:
    size = path.stat().st_size
    if size > LARGEST_ATTACHMENT:
        allure.attach(f"{path}\n{size:,} bytes: too large to attach", title, "text/plain", "txt")
    elif size:
        _attach_file(path, title)
    else:
        allure.attach(f"{path}\nempty", title, "text/plain", "txt")


def _attach_file(path: Path, title: str) -> None:
    kind = _TYPES.get(path.suffix, "text/plain")
    extension = path.suffix.lstrip(".") or "txt"
    allure.attach.file(path, title, kind, extension)  # type: ignore[no-untyped-call]  # untyped


def describe(verdict: Verdict, *, plots: Path | None = None) -> None:
    """Give the running test its title, severity, parameters and steps from its verdict.

    A parameter ``objective`` of the test itself is shown by its name instead of its repr.
    ``plots`` is the directory that `attach_trial` drew into: the test then shows the plot that
    its promise is read from.
    """
    told: tuple[tuple[Callable[[str], None], str], ...] = (
        (allure.dynamic.title, f"{verdict.title} {verdict.phase.words}"),
        (allure.dynamic.feature, "promises"),
        (allure.dynamic.story, verdict.phase.words),
        (allure.dynamic.severity, verdict.severity),
    )
    for tell, text in told:
        tell(text)
    if verdict.kept_by_retries:
        allure.dynamic.tag("kept only by retries")  # type: ignore[no-untyped-call]  # untyped
    allure.dynamic.parameter("objective", _Shown(verdict.objective))
    for name, value in _facts(verdict).items():
        # Left out of the test's identity: what was seen differs from run to run.
        allure.dynamic.parameter(name, _Shown(value), excluded=True)
    for title in _steps(verdict):
        with step(title):
            pass
    if plots is not None:
        name = _plot_of(verdict.indicator)
        _attach_file(plots / name, _PLOTS[name])


def _plot_of(indicator: Indicator) -> str:
    read_from = NEEDS.get(indicator, Needs()).instruments
    return _LATENCY if _WATCH_REPLICAS.isdisjoint(read_from) else _REPLICAS


def tell_reason(verdict: Verdict) -> None:
    """Give the running test its verdict's reason as its description.

    Call it in the test itself: once its fixtures are done, Allure takes its docstring for that.
    """
    tell: Callable[[str], None] = allure.dynamic.description
    tell(verdict.reason)


def tell_attested(reason: str) -> None:
    """Give the running test the attestation's words: its description, and an attachment."""
    told: tuple[tuple[Callable[[str], None], str], ...] = (
        (allure.dynamic.feature, "attestation"),
        (allure.dynamic.description, reason),
    )
    for tell, text in told:
        tell(text)
    allure.attach(reason, "before and after", "text/plain", "txt")


def _facts(verdict: Verdict) -> dict[str, str]:
    facts = {
        "verdict": verdict.outcome.value,
        "promised": verdict.promised,
        "seen": verdict.seen,
        "bound": verdict.bound or "none",
        "n": f"{verdict.n:,}",
        "phase": verdict.phase.value,
    }
    facts |= {"guards": ", ".join(verdict.guards)} if verdict.guards else {}
    if verdict.budget_spent is not None:
        facts["error budget"] = f"{upward(100 * verdict.budget_spent)} % spent"
    if verdict.kept_by_retries:
        facts["kept by retries"] = "only by them"
    return facts | {f"records in {item.file}": str(item) for item in verdict.records}


def _steps(verdict: Verdict) -> list[str]:
    return [
        f"promised {verdict.phase.words}: {verdict.promised}",
        f"seen in {verdict.n:,} requests or samples: {verdict.seen}",
        f"bounded with confidence: {verdict.bound or 'no bound applies'}",
    ]
