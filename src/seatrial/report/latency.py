"""The plot of latency and throughput over the time of one trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seatrial.report import chart
from seatrial.slo.ordered import cost_ms
from seatrial.timeline import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from seatrial.timeline import Timeline

#: How each way to end other than OK is drawn: label, marker and colour.
_FAILURES = {
    Outcome.ERROR: ("error", "x", chart.RED),
    Outcome.TIMEOUT: ("timeout", "v", chart.PURPLE),
    Outcome.UNSENT: ("unsent", "+", "black"),
}


def latency_plot(timeline: Timeline, path: Path, *, promised_ms: float = 50.0) -> Path:
    """Write the plot of latency and throughput as PNG and return ``path``."""
    return chart.save(latency_figure(timeline, promised_ms=promised_ms), path)


def latency_figure(timeline: Timeline, *, promised_ms: float = 50.0) -> Figure:
    """Draw each request's latency (ms, log scale) and the requests/s over time.

    Time is the intended start. A request that is not ok is drawn at its deadline or its latency,
    whichever is larger, as the judge counts it. ``promised_ms`` is the promise's line.
    """
    title = f"Latency and throughput: {timeline.plan.scenario}, {timeline.plan.rate:g} requests/s"
    figure, axes = chart.new_figure((3.6, 1.7), title)
    chart.shade(axes, timeline)
    if timeline.requests.size:
        _latency(axes[0], timeline, promised_ms)
        _throughput(axes[1], timeline)
    else:
        for panel in axes:
            chart.say_absent(panel, "requests were")
    axes[0].set_ylabel("latency, ms")
    axes[1].set_ylabel("requests/s")
    chart.legend_below(figure, axes)
    return figure


def _latency(panel: Axes, timeline: Timeline, promised_ms: float) -> None:
    requests = timeline.requests
    counted = cost_ms(requests, timeline.plan.deadline_ms)
    at = chart.seconds(requests["intended"])
    ok = requests["outcome"] == Outcome.OK
    panel.set_yscale("log")
    panel.plot(at[ok], counted[ok], ".", color="#9CCBEA", markersize=1.6, alpha=1)
    panel.plot([], [], ".", color=chart.SKY, markersize=5, label="ok request")
    for quantile, colour, width in ((50, chart.GREEN, 1.4), (95, chart.BLUE, 1.8)):
        edges, values = _each_second(at, counted, quantile)
        panel.step(
            edges, values, where="post", color=colour, linewidth=width, label=f"P{quantile}, 1 s"
        )
    for outcome, (label, marker, colour) in _FAILURES.items():
        found = requests["outcome"] == outcome
        if found.any():
            label = f"{label} ({int(found.sum()):,})"  # noqa: PLW2901 -- the label gains its count
            panel.plot(at[found], counted[found], marker, color=colour, markersize=6, label=label)
    panel.axhline(
        promised_ms,
        color="black",
        linewidth=1.1,
        linestyle=(0, (6, 3)),
        label=f"promised: P95 < {promised_ms:g} ms",
    )
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    low, high = float(counted.min()), max(float(counted.max()), promised_ms)
    panel.set_ylim(max(low, 0.1) * 0.8, high * 2.2)


def _each_second(
    at: NDArray[np.float64], values: NDArray[np.float64], quantile: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the seconds' beginnings, one more at the end, and each second's nearest rank."""
    second = np.floor(at).astype(np.int64)
    edges = np.arange(second.min(), second.max() + 2, dtype=np.float64)
    ranks = np.full(edges.size, np.nan)
    for position, edge in enumerate(edges[:-1]):
        inside = values[second == int(edge)]
        if inside.size:
            ranks[position] = np.percentile(inside, quantile, method="inverted_cdf")
    ranks[-1] = ranks[-2]
    return edges, ranks


def _throughput(panel: Axes, timeline: Timeline) -> None:
    requests = timeline.requests
    first, last = chart.span(timeline)
    edges = np.arange(np.floor(first), np.ceil(last) + 1)
    ended = chart.seconds(requests["end"])
    ok = requests["outcome"] == Outcome.OK
    planned, _ = np.histogram(chart.seconds(requests["intended"]), edges)
    answered, _ = np.histogram(ended[ok], edges)
    failed, _ = np.histogram(ended[~ok], edges)
    panel.stairs(
        planned, edges, color=chart.GREY, linewidth=1, linestyle=":", baseline=None, label="planned"
    )
    panel.stairs(
        answered, edges, color=chart.BLUE, linewidth=1.4, baseline=None, label="ok answers"
    )
    panel.stairs(failed, edges, color=chart.RED, fill=True, alpha=0.85, label="not ok")
    panel.set_ylim(0, max(float(planned.max()), float(answered.max()), 1.0) * 1.15)
