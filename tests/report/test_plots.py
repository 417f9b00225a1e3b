"""The plots show what the Timeline holds: promises of latency.py, replicas.py and chart.py."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.colors import to_hex

from seatrial.report import chart
from seatrial.report.latency import latency_figure
from seatrial.report.plots import latency_plot, replicas_plot
from seatrial.report.replicas import replicas_figure
from seatrial.slo.ordered import cost_ms
from tests.timelines import BACK, KILL, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from seatrial.timeline import Timeline

KILL_S, BACK_S = KILL / SECOND, BACK / SECOND


def labels(figure: Figure) -> list[str]:
    """Return the texts of the figure's legend."""
    return [text.get_text() for text in figure.legends[0].get_texts()]


def written(figure: Figure) -> str:
    """Return every text written into the panels."""
    return "\n".join(text.get_text() for panel in figure.axes for text in panel.texts)


def line(panel: Axes, label: str) -> np.ndarray:
    """Return the points of the line with that label, shape (points, 2)."""
    [found] = [item for item in panel.lines if item.get_label() == label]
    return np.asarray(found.get_xydata())


@pytest.mark.parametrize("draw", [latency_plot, replicas_plot])
def test_a_plot_is_a_whole_png(
    draw: Callable[[Timeline, Path], Path], trial: Timeline, tmp_path: Path
) -> None:
    """A plot is written as a PNG of a readable size, and no partial file stays beside it."""
    path = draw(trial, tmp_path / "plot.png")
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(header[16:20], "big") > 1000
    assert [item.name for item in tmp_path.iterdir()] == ["plot.png"]


def test_the_p95_line_is_numpys_nearest_rank_of_each_second(trial: Timeline) -> None:
    """The drawn P95 of a second is the exact one over the requests planned in that second."""
    requests = trial.requests
    points = line(latency_figure(trial).axes[0], "P95, 1 s")
    second = requests[(requests["intended"] // 10**9) == 41]
    counted = cost_ms(second, trial.plan.deadline_ms)
    expected = np.percentile(counted, 95, method="inverted_cdf")
    assert points[points[:, 0] == 41.0, 1] == expected


def test_each_failure_is_a_mark_at_its_deadline(trial: Timeline) -> None:
    """Every request that is not ok has a mark, at its deadline or later, counted by kind."""
    figure = latency_figure(trial)
    for outcome, kind in ((1, "error"), (2, "timeout")):
        count = int((trial.requests["outcome"] == outcome).sum())
        marks = line(figure.axes[0], f"{kind} ({count})")
        assert len(marks) == count > 0
        assert (marks[:, 1] >= trial.plan.deadline_ms).all()


@pytest.mark.parametrize("make", [latency_figure, replicas_figure])
def test_the_fault_window_is_shaded_where_it_was_recorded(
    make: Callable[[Timeline], Figure], trial: Timeline
) -> None:
    """The shade runs from the fault's start to its end, and the target is named."""
    figure = make(trial)
    for panel in figure.axes:
        [shade] = [item for item in panel.patches if item.get_label() == "fault window"]
        left, right = shade.get_extents().transformed(panel.transData.inverted()).intervalx
        assert (left, right) == pytest.approx((KILL_S, BACK_S))
    assert "kill-replica: mlserver-1" in written(figure)
    assert "fault window" in labels(figure)


def test_a_fault_that_did_not_land_is_said_to(trial: Timeline) -> None:
    """A fault without evidence is drawn with the words that it did not land."""
    missed = replace(trial, faults=(replace(trial.faults[0], evidence=()),))
    assert "did not land" in written(latency_figure(missed))


def test_settle_is_named_as_not_judged(trial: Timeline) -> None:
    """Each phase is named, and the one that nobody judges says so."""
    text = written(latency_figure(trial))
    assert "settle\n(not judged)" in text
    assert {"baseline", "fault", "recovery"} <= set(text.splitlines())


def test_the_promise_is_a_line_at_its_threshold(trial: Timeline) -> None:
    """The promised threshold is drawn at its value and named in the legend."""
    figure = latency_figure(trial, promised_ms=80.0)
    assert (line(figure.axes[0], "promised: P95 < 80 ms")[:, 1] == 80.0).all()


def test_counts_hold_until_the_next_sample(trial: Timeline) -> None:
    """Ready drops at the kill's sample, rises at the return's, and runs on to the trial's end."""
    early = tuple(item for item in trial.workload if item.at_ns < 126 * SECOND)
    panel = replicas_figure(replace(trial, workload=early)).axes[0]
    [drawn] = [item for item in panel.lines if item.get_label() == "Ready"]
    assert drawn.get_drawstyle() == "steps-post"
    points = line(panel, "Ready")
    below = points[points[:, 1] == 2, 0]
    assert below.min() == pytest.approx(KILL_S + 0.5)
    assert points[points[:, 0] >= BACK_S, 1].min() == 3
    assert points[-1, 0] == 130.0


def test_the_killed_replica_and_its_successor_have_rows_of_their_own(trial: Timeline) -> None:
    """A successor of the same name is another row, and the killed one ends with a mark."""
    figure = replicas_figure(trial)
    rows = [text.get_text() for text in figure.axes[1].get_yticklabels()]
    assert [row.split()[0] for row in rows] == [f"mlserver-{index}" for index in (0, 1, 1, 2)]
    mark = line(figure.axes[1], "killed replica gone")
    assert mark.tolist() == [[KILL_S + 0.1, 1.0]]


def test_no_records_are_not_drawn_as_zero(trial: Timeline) -> None:
    """A Timeline without requests and samples says so in each panel instead of a flat line."""
    empty = replace(
        trial,
        requests=trial.requests[:0],
        replicas=(),
        endpoints=(),
        autoscaler=(),
        workload=(),
        faults=(),
    )
    assert "no requests were recorded" in written(latency_figure(empty))
    assert "no replica samples were recorded" in written(replicas_figure(empty))
    assert "no samples of every count were recorded" in written(replicas_figure(empty))


def test_no_two_series_share_colour_and_shape(trial: Timeline) -> None:
    """Series in one panel differ in colour, and each colour is one of the safe palette."""
    lines = latency_figure(trial).axes[0].lines
    drawn = [item for item in lines if not str(item.get_label()).startswith("_")]
    styles = {(to_hex(item.get_color()), item.get_marker(), item.get_linestyle()) for item in drawn}
    assert len(styles) == len(drawn)
    assert to_hex(chart.BLUE) in {colour for colour, _, _ in styles}
