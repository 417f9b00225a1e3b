"""A healthy synthetic trial in memory, which a test then damages in one way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seatrial import objectives, slo, timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SECOND = 1_000_000_000
RATE = 120
KILL = 40 * SECOND + 250_000_000
BACK = 62 * SECOND
END = 130 * SECOND
WATCHED = 140 * SECOND
SLOS = Path(__file__).parents[2] / "slos"


def _plan() -> timeline.Plan:
    names = (("settle", 0, 10), ("baseline", 10, 40), ("fault", 40, 100), ("recovery", 100, 130))
    return timeline.Plan(
        trial="20260101-120000",
        scenario="production",
        rate=float(RATE),
        arrivals="poisson",
        seed=42,
        planned=RATE * 130,
        deadline_ms=1000.0,
        send_lag_bound_ms=5.0,
        phases=tuple(timeline.Phase(name, a * SECOND, b * SECOND) for name, a, b in names),
        arms=("baseline-predictor", "enhanced-predictor"),
        arm_weights=(0.7, 0.3),
        replicas_min=3,
        replicas_max=10,
        experiment="kill-replica.yaml",
        sabotage="",
        epoch_wall="2026-01-01T12:00:00Z",
        epoch_monotonic_ns=1,
    )


def _requests() -> NDArray[Any]:
    """All ok, some 7 ms each, spread over the replicas that are Ready at the time."""
    random = np.random.default_rng(7)
    requests = np.zeros(RATE * 130, dtype=timeline.REQUEST)
    requests["intended"] = np.sort(random.integers(0, END, requests.size))
    requests["sent"] = requests["intended"] + random.integers(20_000, 400_000, requests.size)
    latency = random.lognormal(np.log(7e6), 0.35, requests.size)
    requests["end"] = requests["sent"] + latency.astype(np.int64)
    requests["status"] = 200
    requests["arm"] = random.random(requests.size) > 0.7
    requests["replica"] = random.integers(0, 3, requests.size)
    killed = (requests["intended"] >= KILL) & (requests["replica"] == 1)
    requests["replica"][killed & (requests["intended"] >= BACK)] = 3
    gap = np.flatnonzero(killed & (requests["intended"] < BACK))
    requests["replica"][gap] = np.where(np.arange(gap.size) % 2, 0, 2)
    return requests


def _replicas() -> tuple[timeline.ReplicaSample, ...]:
    def sample(at: int, index: int, uid: str, address: str, **now: bool) -> timeline.ReplicaSample:
        return timeline.ReplicaSample(
            at_ns=at,
            name=f"mlserver-{index}",
            uid=uid,
            address=address,
            phase="Running",
            ready=now.get("ready", True),
            terminating=False,
            gone=now.get("gone", False),
            restarts=0,
        )

    found = []
    for at in range(0, WATCHED, 5 * SECOND):
        found += [sample(at, 0, "a", "10.0.0.1"), sample(at, 2, "c", "10.0.0.3")]
        if at < KILL:
            found.append(sample(at, 1, "b", "10.0.0.2"))
        else:
            found.append(sample(at, 1, "d", "10.0.0.4", ready=at >= BACK))
    found += [
        sample(KILL + SECOND // 10, 1, "b", "10.0.0.2", ready=False, gone=True),
        sample(BACK, 1, "d", "10.0.0.4"),
    ]
    return tuple(sorted(found, key=lambda item: item.at_ns))


def _counts(at: int) -> int:
    return 3 if at < KILL or at >= BACK else 2


@dataclass
class Trial:
    """A trial that can be changed. ``requests`` is the test's own copy."""

    plan: timeline.Plan
    requests: NDArray[Any]
    load: timeline.LoadReport | None
    faults: tuple[timeline.FaultWindow, ...]
    replicas: tuple[timeline.ReplicaSample, ...]
    endpoints: tuple[timeline.EndpointsSample, ...]
    autoscaler: tuple[timeline.AutoscalerSample, ...]
    workload: tuple[timeline.WorkloadSample, ...]

    kill_ns = KILL
    second = SECOND

    def timeline(self) -> timeline.Timeline:
        """Return the trial as the judge gets it."""
        names = ("plan", "requests", "load", "faults", "replicas", "endpoints")
        rest = ("autoscaler", "workload")
        return timeline.Timeline(Path("/trial"), **{n: getattr(self, n) for n in names + rest})

    def at(self, start_s: float, end_s: float) -> NDArray[np.int64]:
        """Return the indices of the requests whose intended start lies in these seconds."""
        starts = self.requests["intended"]
        return np.flatnonzero((starts >= start_s * SECOND) & (starts < end_s * SECOND))

    def fail(self, which: Any, kind: str = "reset", status: int = 0) -> None:  # noqa: ANN401 -- any index
        """Make requests end as errors (or timeouts, for ``deadline``), without arm and replica."""
        late = kind in ("deadline", "gateway-timeout")
        self.requests["outcome"][which] = (
            timeline.Outcome.TIMEOUT if late else timeline.Outcome.ERROR
        )
        self.requests["error"][which] = timeline.ERROR_KINDS.index(kind)
        self.requests["status"][which] = status
        self.requests["arm"][which] = timeline.NO_ARM
        self.requests["replica"][which] = timeline.NO_REPLICA

    def slow(self, which: Any, ms: float) -> None:  # noqa: ANN401 -- any index
        """Make requests take so many ms from their intended start."""
        self.requests["end"][which] = self.requests["intended"][which] + round(ms * 1e6)

    def fault(self, **changes: Any) -> None:  # noqa: ANN401 -- any field of the window
        """Change the one fault window."""
        self.faults = (replace(self.faults[0], **changes),)

    def verdicts(self) -> dict[str, slo.Verdict]:
        """Judge by the default promises."""
        found = slo.judge(self.timeline(), _defaults())
        return {item.objective: item for item in found}


@cache
def _defaults() -> tuple[slo.Objective, ...]:
    return objectives.read(SLOS)


def make_trial() -> Trial:
    """Return a healthy trial: a replica killed, nobody hurt, everything watched."""
    plan, requests = _plan(), _requests()
    landed = timeline.Evidence("successor", held=True, detail="uid d in place of uid b")
    return Trial(
        plan=plan,
        requests=requests,
        load=timeline.LoadReport(
            planned=requests.size,
            recorded=requests.size,
            replicas=tuple(f"10.0.0.{index}:8080" for index in range(1, 5)),
            started_ns=0,
            ended_ns=END,
            cpu_seconds=2.5,
            exit_code=0,
        ),
        faults=(
            timeline.FaultWindow(
                name="kill-replica",
                kind="kill-replica",
                started_ns=KILL,
                ended_ns=BACK,
                targets=(timeline.FaultTarget("mlserver-1", "b", "d", "10.0.0.2"),),
                evidence=(landed,),
                undone=True,
            ),
        ),
        replicas=_replicas(),
        endpoints=tuple(
            timeline.EndpointsSample(at, "mlserver", _ready(at))
            for at in sorted([*range(0, WATCHED, 5 * SECOND), KILL + SECOND // 2, BACK])
        ),
        autoscaler=tuple(_autoscaler(at) for at in range(0, WATCHED, 5 * SECOND)),
        workload=tuple(
            timeline.WorkloadSample(at, "mlserver", 3, _counts(at), 1, ("hpa",))
            for at in range(0, WATCHED, 5 * SECOND)
        ),
    )


def _autoscaler(at: int) -> timeline.AutoscalerSample:
    return timeline.AutoscalerSample(
        at,
        "mlserver-hpa",
        3,
        10,
        3,
        3,
        scaling_active=True,
        scaling_limited=False,
        reason="",
        cpu_percent=40,
    )


def _ready(at: int) -> tuple[str, ...]:
    newest = "10.0.0.2" if at < KILL else "10.0.0.4"
    ready = ("10.0.0.1", newest, "10.0.0.3")
    return ready if _counts(at) == 3 else ("10.0.0.1", "10.0.0.3")


@pytest.fixture(scope="session")
def new_trial() -> Callable[[], Trial]:
    """Return what makes a fresh healthy trial; for property tests, which need many."""
    return make_trial


@pytest.fixture
def trial(new_trial: Callable[[], Trial]) -> Trial:
    """Return a fresh healthy trial."""
    return new_trial()


def _baseline(trial: Trial) -> slo.Verdict:
    promise = slo.Objective(
        "baseline", "success", slo.Indicator.SUCCESS, slo.PhaseName.BASELINE, slo.Op.GTE, 0.99
    )
    return slo.judge(trial.timeline(), [promise])[0]


@pytest.fixture
def baseline() -> Callable[[Trial], slo.Verdict]:
    """Return what judges a success ratio of 0.99 in the baseline."""
    return _baseline
