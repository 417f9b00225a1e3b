"""One value of each kind that a Timeline holds."""

from __future__ import annotations

import pytest

from seatrial import timeline


@pytest.fixture
def plan() -> timeline.Plan:
    """Return a plan of two seconds."""
    return timeline.Plan(
        trial="t",
        scenario="production",
        rate=10.0,
        arrivals="constant",
        seed=1,
        planned=20,
        deadline_ms=1000.0,
        send_lag_bound_ms=5.0,
        phases=(timeline.Phase("baseline", 0, 2_000_000_000),),
        arms=("a", "b"),
        arm_weights=(0.5, 0.5),
        replicas_min=1,
        replicas_max=2,
        experiment="",
        sabotage="",
        epoch_wall="2026-01-01T00:00:00Z",
        epoch_monotonic_ns=5,
    )


@pytest.fixture
def report() -> timeline.LoadReport:
    """Return what a load process says at its end."""
    return timeline.LoadReport(20, 20, ("10.0.0.1:8080",), 0, 2_000_000_000, 0.5, 0)


@pytest.fixture
def fault() -> timeline.FaultWindow:
    """Return a fault that landed."""
    return timeline.FaultWindow(
        name="kill",
        kind="kill-replica",
        started_ns=1,
        ended_ns=2,
        targets=(timeline.FaultTarget("m-0", "u", "v", "10.0.0.1"),),
        evidence=(timeline.Evidence("successor", held=True, detail="v"),),
        undone=True,
    )
