"""A target that breaks its promises is found out: FAIL, never PASS and never INCONCLUSIVE."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.slo import Outcome
from seatrial.trial import Scenario

if TYPE_CHECKING:
    from seatrial.config import Config

    from .conftest import Hold

pytestmark = pytest.mark.sabotage
SUCCESS, P95 = ("success", "baseline"), ("latency", "baseline")


def test_the_state_before_the_scaling_fails(config: Config, hold: Hold) -> None:
    """One replica of 100m under 120 requests/s breaks the success promise."""
    before = config.target.model_copy(
        update={
            "overlay": Path("k8s/base"),
            "autoscaler": None,
            "replicas_min": 1,
            "ready_deadline_s": 600.0,
        }
    )
    outcomes = hold(config.model_copy(update={"target": before}), Scenario("before"))
    assert outcomes["success", "whole"] is Outcome.FAIL


@pytest.mark.sample
def test_a_dead_upstream_port_fails(config: Config, hold: Hold) -> None:
    """With Envoy pointed at a port where nothing listens, success and P95 are broken."""
    outcomes = hold(config, Scenario("dead-port", sabotage="dead-port"))
    assert outcomes["success", "whole"] is Outcome.FAIL
    assert outcomes["latency", "whole"] is Outcome.FAIL


def test_a_slow_model_fails(config: Config, hold: Hold) -> None:
    """With a model that answers late on purpose, success and P95 are broken."""
    outcomes = hold(config, Scenario("slow-model", sabotage="slow-model"))
    assert outcomes["success", "whole"] is Outcome.FAIL
    assert outcomes["latency", "whole"] is Outcome.FAIL
