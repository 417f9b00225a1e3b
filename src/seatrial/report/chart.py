"""What the plots share: the figure, a trial's phases behind the data, the legend below it.

What is drawn over them belongs to the plot's own module. Figures are plain objects on the Agg
canvas; pyplot and its global state are never loaded.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seatrial.timeline import Timeline

#: Okabe and Ito's palette, told apart with every common colour blindness.
#: https://jfly.uni-koeln.de/color/
BLUE, SKY, GREEN = "#0072B2", "#56B4E9", "#009E73"
ORANGE, RED, PURPLE = "#E69F00", "#D55E00", "#CC79A7"
GREY = "#5F5F5F"

WIDTH_INCHES = 11.0
DPI = 110
NANOSECONDS = 1e9


def new_figure(heights: Sequence[float], title: str) -> tuple[Figure, list[Axes]]:
    """Return a figure of panels, one below the other, that share the time axis.

    ``heights`` are the panels' heights in inches.
    """
    figure = Figure(figsize=(WIDTH_INCHES, sum(heights) + 1.5), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=list(heights))
    axes: list[Axes] = [row[0] for row in grid]
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    for panel in axes:
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(visible=True, color="#D9D9D9", linewidth=0.5)
        panel.set_axisbelow(True)
    axes[-1].set_xlabel("seconds since the trial's epoch")
    return figure, axes


def seconds(instants_ns: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
    """Seconds since the epoch of instants in nanoseconds; float64, shape of the input."""
    return np.asarray(instants_ns, dtype=np.float64) / NANOSECONDS


def span(timeline: Timeline) -> tuple[float, float]:
    """Return the first and the last planned second of the trial."""
    phases = timeline.plan.phases
    return phases[0].start_ns / NANOSECONDS, phases[-1].end_ns / NANOSECONDS


def shade(axes: Sequence[Axes], timeline: Timeline) -> None:
    """Draw the phases' borders and names, and each fault window with the instant it began."""
    first, last = span(timeline)
    for panel in axes:
        panel.set_xlim(first, last)
    for phase in timeline.plan.phases:
        _phase(axes, phase.name, phase.start_ns / NANOSECONDS, phase.end_ns / NANOSECONDS)
    for fault in timeline.faults:
        start, end = fault.started_ns / NANOSECONDS, fault.ended_ns / NANOSECONDS
        for panel in axes:
            panel.axvspan(
                start, end, color=ORANGE, alpha=0.16, linewidth=0, zorder=0, label="fault window"
            )
            panel.axvline(start, color=RED, linewidth=1.3, linestyle="--", zorder=1)
        targets = ", ".join(target.name for target in fault.targets) or "no target"
        axes[0].annotate(
            f" {fault.kind}: {targets}" + ("" if fault.landed else " (did not land)"),
            (start, 1.0),
            xycoords=("data", "axes fraction"),
            va="top",
            fontsize=9,
            color=RED,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
        )


def _phase(axes: Sequence[Axes], name: str, start: float, end: float) -> None:
    judged = name != "settle"
    for panel in axes:
        panel.axvline(start, color=GREY, linewidth=0.8, zorder=0)
        if not judged:
            panel.axvspan(start, end, color="#EFEFEF", linewidth=0, zorder=0)
    axes[0].annotate(
        name if judged else f"{name}\n(not judged)",
        ((start + end) / 2, 1.02),
        xycoords=("data", "axes fraction"),
        ha="center",
        va="bottom",
        fontsize=9,
        color=GREY,
    )


def legend_below(figure: Figure, axes: Sequence[Axes]) -> None:
    """Put one legend of all panels under them, where it can't cover any data."""
    found: dict[str, Artist] = {}
    for panel in axes:
        handles, labels = panel.get_legend_handles_labels()
        found.update(zip(labels, handles, strict=True))
    figure.legend(
        list(found.values()),
        list(found),
        loc="outside lower center",
        ncols=4,
        frameon=False,
        fontsize=9,
    )


def say_absent(panel: Axes, what: str) -> None:
    """Write into a panel that there is nothing to draw, so that it isn't taken for zero."""
    panel.text(0.5, 0.5, f"no {what} recorded", transform=panel.transAxes, ha="center", color=RED)


def save(figure: Figure, path: Path) -> Path:
    """Write the figure as PNG, whole or not at all, and return ``path``."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    figure.savefig(partial, format="png")
    partial.replace(path)
    return path
