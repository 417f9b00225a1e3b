"""Who answered, and how often to ask until surely everybody has."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.config import Config
from seatrial.workload.asking import arm_of, tries

ARMS = {"baseline-predictor": 70.0, "enhanced-predictor": 30.0}


@pytest.mark.parametrize(
    ("route", "arm"),
    [
        (":baseline-predictor_1:", "baseline-predictor"),
        (":enhanced-predictor_2:", "enhanced-predictor"),
        ("enhanced-predictor", "enhanced-predictor"),
        (" :baseline-predictor_13: ", "baseline-predictor"),
        (":baseline-predictor-old_1:", ""),
        (":baseline_1:", ""),
        (":other_1:", ""),
        ("", ""),
    ],
)
def test_an_arm_is_matched_whole(route: str, arm: str) -> None:
    """An arm is found bare or as Seldon writes it, and never by the start of another's name."""
    assert arm_of(route, ARMS) == arm


def test_enough_requests_are_sent_for_the_rarest_arm() -> None:
    """Missing an arm that answers is rarer than one in a million, and no wait is endless."""
    config = Config(root=Path("/"), request={"arms": {"common": 95.0, "rare": 5.0}})
    asked = tries(config, replicas=3)
    assert 0.95**asked <= 1e-6
    assert asked < 1000


def test_one_request_is_enough_for_one_arm_and_one_replica() -> None:
    """Where there is nobody else, the first answer says it all."""
    assert tries(Config(root=Path("/"), request={"arms": {"only": 1.0}}), replicas=1) == 1
