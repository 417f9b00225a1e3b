"""A synthetic autoscaling trial: 20 requests/s, then 80, then 20; the HPA goes 3 to 6 and back.

settle 0-10 s, baseline 10-40 s, surge 40-160 s, calm 160-280 s
CPU 105 % of a request at 50 s: 3 to 6, all Ready at 62 s, CPU 60 % at 80 s
CPU 25 % at 175 s: 6 to 3 at 215 s, after a down window of 30 s
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial import slo, timeline
from tests import healthy as parts
from tests.timelines import SECOND, Trial, healthy

if TYPE_CHECKING:
    from numpy.typing import NDArray

PHASES = (
    ("settle", 0, 10, 20),
    ("baseline", 10, 40, 20),
    ("surge", 40, 160, 80),
    ("calm", 160, 280, 20),
)
UP = timeline.ScalingRules(0, "Max", (timeline.ScalingPolicy("Percent", 100, 15),), 0.1)
DOWN = timeline.ScalingRules(30, "Max", (timeline.ScalingPolicy("Percent", 100, 15),), 0.1)
#: When the HPA's status changed (s): current, desired, CPU in % of the request.
STATUS = (
    (0, 3, 3, 30),
    (50, 3, 6, 105),
    (65, 6, 6, 80),
    (80, 6, 6, 60),
    (175, 6, 6, 25),
    (215, 6, 3, 25),
    (230, 3, 3, 35),
)
#: When the workload changed (s): spec.replicas, Ready, generation.
COUNTS = ((0, 3, 3, 1), (50, 6, 3, 2), (62, 6, 6, 2), (215, 3, 6, 3), (218, 3, 3, 3))
HPA = "kube-controller-manager/scale"

Row = tuple[int, int, int, int]


class Surge(Trial):
    """An autoscaling trial that can be changed, and judged by one promise."""

    def judged(
        self,
        indicator: str,
        value: float,
        phase: str = "whole",
        **keys: Any,  # noqa: ANN401 -- any field of an objective
    ) -> slo.Verdict:
        """Return the verdict on ``indicator`` ≤ ``value`` in a phase."""
        promise = slo.Objective(
            indicator,
            indicator,
            slo.Indicator(indicator),
            slo.PhaseName(phase),
            slo.Op.LTE,
            value,
            **keys,
        )
        return slo.judge(self.timeline(), [promise])[0]

    def status(self, *rows: Row, **every: Any) -> None:  # noqa: ANN401 -- any field of a sample
        """Let the HPA's status change at these seconds instead; ``every`` sample has the rest."""
        self.autoscaler = tuple(
            replace(autoscaler(at, current, desired, cpu), **every)
            for at, current, desired, cpu in in_rounds(rows)
        )

    def counts(self, *rows: Row) -> None:
        """Let the workload change at these seconds instead."""
        self.workload = tuple(workload(*row) for row in in_rounds(rows))

    def edit(self, name: str, from_s: float, to_s: float, **changes: Any) -> None:  # noqa: ANN401 -- any field of a sample
        """Change an instrument's samples in ``[from_s, to_s)``."""
        samples = tuple(
            replace(item, **changes) if from_s * SECOND <= item.at_ns < to_s * SECOND else item
            for item in getattr(self, name)
        )
        setattr(self, name, samples)

    def without(self, name: str) -> None:
        """Lose all samples of an instrument."""
        setattr(self, name, ())


def in_rounds(rows: tuple[Row, ...]) -> list[Row]:
    """Return the rows with one repeated every 5 s, as the watchers write them."""
    instants = sorted({*range(0, 285, 5), *(row[0] for row in rows)})
    return [(at, *[row for row in rows if row[0] <= at][-1][1:]) for at in instants]


def autoscaler(at_s: int, current: int, desired: int, cpu: int) -> timeline.AutoscalerSample:
    """Return a sample of an HPA with a target of 70 %, 3 to 6 replicas."""
    return timeline.AutoscalerSample(
        at_ns=at_s * SECOND,
        name="mlserver-hpa",
        minimum=3,
        maximum=6,
        current=current,
        desired=desired,
        scaling_active=True,
        scaling_limited=False,
        reason="",
        cpu_percent=cpu,
        cpu_target_percent=70,
        able_to_scale=True,
        active_reason="ValidMetricFound",
        scale_up=UP,
        scale_down=DOWN,
    )


def workload(at_s: int, spec: int, ready: int, generation: int) -> timeline.WorkloadSample:
    """Return a sample of a workload that the HPA wrote last."""
    return timeline.WorkloadSample(
        at_ns=at_s * SECOND,
        name="mlserver",
        spec_replicas=spec,
        ready_replicas=ready,
        generation=generation,
        writers=(HPA,),
        replicas_writer=HPA,
    )


def _requests() -> NDArray[Any]:
    starts = [
        np.linspace(start * SECOND, end * SECOND, (end - start) * rate, endpoint=False)
        for _, start, end, rate in PHASES
    ]
    found = np.zeros(sum(len(part) for part in starts), dtype=timeline.REQUEST)
    found["intended"] = found["sent"] = np.concatenate(starts).astype(np.int64)
    found["end"] = found["sent"] + 5_000_000
    found["status"] = 200
    return found


def surge() -> Surge:
    """Return an autoscaling trial in which everything went as it should."""
    requests = _requests()
    plan = replace(
        parts.plan(),
        scenario="autoscaling",
        experiment="",
        replicas_max=6,
        planned=len(requests),
        phases=tuple(
            timeline.Phase(name, start * SECOND, end * SECOND, float(rate))
            for name, start, end, rate in PHASES
        ),
    )
    load = replace(parts.load(), planned=plan.planned, recorded=plan.planned, ended_ns=280 * SECOND)
    kept = healthy().timeline()
    trial = Surge(
        replace(kept, plan=plan, requests=requests, load=load, faults=(), replicas=(), endpoints=())
    )
    trial.objects = parts.objects(range(0, 290 * SECOND, 5 * SECOND))
    trial.status(*STATUS)
    trial.counts(*COUNTS)
    return trial
