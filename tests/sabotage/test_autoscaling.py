"""An autoscaler without room is found out: at its maximum, saturated, and no lag to speak of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import objectives
from seatrial.progress import LineProgress
from seatrial.slo import Indicator, Outcome
from seatrial.trial import autoscaling, judged, record

if TYPE_CHECKING:
    from seatrial.config import Config
    from seatrial.slo import Verdict

pytestmark = pytest.mark.sabotage

OVERLAY = Path(__file__).parent / "overlays/low-maximum"
#: Four replicas of 165m carry 242 requests/s of 2.1 ms CPU within target and tolerance; costlier
#: requests only make it fewer. 320 are too many on any machine.
TOO_MANY = 320.0


def _without_room(config: Config) -> Config:
    """Return a short trial of the overlay; its plan knows the lower maximum, so all is in range."""
    table = config.autoscaling.model_copy(
        update={
            "overlay": OVERLAY,
            "replicas_max": 4,
            "settle_s": 5.0,
            "baseline_s": 15.0,
            "surge_s": 110.0,
            "surge_rate": TOO_MANY,
            "calm_s": 10.0,
        }
    )
    return config.model_copy(update={"autoscaling": table})


def _held(config: Config, directory: Path) -> tuple[Verdict, ...]:
    scenario = replace(autoscaling(config), name="low-maximum")
    record(config, scenario, directory=directory, progress=LineProgress())
    verdicts = judged(directory, objectives.read(config.path(config.objectives))).verdicts
    for verdict in verdicts:
        print(verdict.reason)  # noqa: T201 -- shown when the test fails
    return verdicts


def test_a_maximum_below_what_the_load_needs_fails(config: Config, tmp_path: Path) -> None:
    """With room for four only, the load is never carried within target, and the reason says why."""
    verdicts = _held(_without_room(config), tmp_path)
    (lag,) = [item for item in verdicts if item.indicator is Indicator.SCALE_UP_LAG]
    assert lag.outcome is Outcome.FAIL
    assert "at the maximum of 4 and saturated" in lag.reason
    ranges = [item for item in verdicts if item.indicator is Indicator.REPLICA_RANGE]
    assert {item.outcome for item in ranges} == {Outcome.PASS}
