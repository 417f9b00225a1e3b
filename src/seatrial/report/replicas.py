"""The plot of replica counts and of each replica's life over the time of one trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from seatrial.report import chart

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from seatrial.timeline import ReplicaSample, Timeline

_MIN_ROWS = 3
_ROW_INCHES = 0.26
#: How each state of a replica is drawn: fill, hatch.
_STATES = {
    "ready": (chart.GREEN, ""),
    "not ready": ("#F2F2F2", "////"),
    "terminating": (chart.PURPLE, "xxxx"),
}


def replicas_plot(timeline: Timeline, path: Path) -> Path:
    """Write the plot of replicas as PNG and return ``path``."""
    return chart.save(replicas_figure(timeline), path)


def replicas_figure(timeline: Timeline) -> Figure:
    """Draw Ready, endpoint, spec and desired counts and each replica's states over time."""
    lives = _lives(timeline.replicas)
    rows = max(len(lives), _MIN_ROWS)
    figure, axes = chart.new_figure(
        (2.9, rows * _ROW_INCHES + 0.3), f"Replicas: {timeline.plan.scenario}"
    )
    chart.shade(axes, timeline)
    _counts(axes[0], timeline)
    _states(axes[1], timeline, lives)
    chart.legend_below(figure, axes)
    return figure


def _counts(panel: Axes, timeline: Timeline) -> None:
    end = chart.span(timeline)[1]
    panel.set_ylabel("replicas")
    for samples in (timeline.workload, timeline.endpoints, timeline.autoscaler):
        if not samples:
            chart.say_absent(panel, "samples of every count were")
    series: tuple[tuple[str, list[tuple[int, int]], dict[str, object]], ...] = (
        (
            "Ready",
            [(item.at_ns, item.ready_replicas) for item in timeline.workload],
            {"color": chart.GREEN, "linewidth": 4.5, "alpha": 0.55},
        ),
        (
            "in endpoints",
            [(item.at_ns, len(item.ready)) for item in timeline.endpoints],
            {"color": "black", "linewidth": 1.1, "linestyle": ":"},
        ),
        (
            "spec.replicas",
            [(item.at_ns, item.spec_replicas) for item in timeline.workload],
            {"color": chart.BLUE, "linewidth": 1.8},
        ),
        (
            "autoscaler's desired",
            [(item.at_ns, item.desired) for item in timeline.autoscaler],
            {"color": chart.ORANGE, "linewidth": 1.6, "linestyle": (0, (4, 3))},
        ),
    )
    for label, points, style in series:
        _stairs(panel, points, end, label=label, **style)
    _limits(panel, timeline, end)


def _stairs(panel: Axes, points: Sequence[tuple[int, int]], end: float, **style: object) -> None:
    """Draw counts as steps that hold until the next sample, the last one until the end."""
    if points:
        at = [float(value) for value in chart.seconds([point[0] for point in points])]
        counts = [point[1] for point in points]
        panel.step([*at, max(end, at[-1])], [*counts, counts[-1]], where="post", **style)  # type: ignore[arg-type]  # matplotlib's keywords are untyped


def _limits(panel: Axes, timeline: Timeline, end: float) -> None:
    samples, plan = timeline.autoscaler, timeline.plan
    begin = plan.phases[0].start_ns
    low = [(item.at_ns, item.minimum) for item in samples] or [(begin, plan.replicas_min)]
    high = [(item.at_ns, item.maximum) for item in samples] or [(begin, plan.replicas_max)]
    source = "autoscaler's" if samples else "planned"
    style: dict[str, object] = {"color": chart.GREY, "linewidth": 1, "linestyle": (0, (1, 1))}
    _stairs(panel, low, end, label=f"{source} minimum and maximum", **style)
    _stairs(panel, high, end, **style)
    panel.set_ylim(0, max(count for _, count in high) + 1.6)
    panel.yaxis.set_major_locator(MaxNLocator(integer=True))


def _lives(samples: Sequence[ReplicaSample]) -> dict[tuple[str, str], list[ReplicaSample]]:
    """Group the samples by replica (name and uid), in the order they were first seen."""
    lives: dict[tuple[str, str], list[ReplicaSample]] = {}
    for sample in sorted(samples, key=lambda item: item.at_ns):
        lives.setdefault((sample.name, sample.uid), []).append(sample)
    return dict(sorted(lives.items(), key=lambda item: (item[0][0], item[1][0].at_ns)))


def _states(
    panel: Axes, timeline: Timeline, lives: dict[tuple[str, str], list[ReplicaSample]]
) -> None:
    if not lives:
        chart.say_absent(panel, "replica samples were")
    end_ns = timeline.plan.phases[-1].end_ns
    hit = {target.uid_before for fault in timeline.faults for target in fault.targets}
    for row, ((_, uid), samples) in enumerate(lives.items()):
        for state, start, stop in _spells(samples, end_ns):
            fill, hatch = _STATES[state]
            panel.barh(
                row,
                (stop - start) / chart.NANOSECONDS,
                left=start / chart.NANOSECONDS,
                height=0.62,
                color=fill,
                hatch=hatch,
                edgecolor=chart.GREY,
                linewidth=0.5,
                label=f"replica {state}",
            )
        # Each later look says again that it is gone: the first one tells when.
        left = next((sample.at_ns for sample in samples if sample.gone), None)
        if uid in hit and left is not None:
            gone = left / chart.NANOSECONDS
            panel.plot(gone, row, "X", color=chart.RED, markersize=9, label="killed replica gone")
    panel.set_yticks(range(len(lives)), [f"{name}  {uid[:5]}" for name, uid in lives], fontsize=8)
    panel.invert_yaxis()
    panel.grid(visible=False, axis="y")


def _spells(samples: Sequence[ReplicaSample], end_ns: int) -> list[tuple[str, int, int]]:
    """Return the stretches of equal state: state, start and end in ns; none once it is gone."""
    spells: list[tuple[str, int, int]] = []
    for sample, following in zip(samples, [*samples[1:], None], strict=True):
        stop = following.at_ns if following else max(end_ns, sample.at_ns)
        if sample.gone:
            continue
        state = _state(sample)
        if spells and spells[-1][0] == state and spells[-1][2] == sample.at_ns:
            spells[-1] = (state, spells[-1][1], stop)
        else:
            spells.append((state, sample.at_ns, stop))
    return spells


def _state(sample: ReplicaSample) -> str:
    if sample.terminating:
        return "terminating"
    return "ready" if sample.ready else "not ready"
