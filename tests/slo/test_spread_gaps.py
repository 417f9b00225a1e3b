"""The spread of answers is judged only while it is known which replicas were Ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seatrial.slo import Outcome

if TYPE_CHECKING:
    from tests.slo.conftest import Trial


@pytest.mark.parametrize("back_s", [None, 75.0], ids=["to the end", "for a time"])
def test_a_replica_killed_while_nobody_watched_is_not_short_of_work(
    trial: Trial, back_s: float | None
) -> None:
    """Endpoints unseen from before the kill on: it is unknown who was Ready, so nothing FAILs."""
    since, back = 20 * trial.second, (back_s or 1000.0) * trial.second
    trial.endpoints = tuple(item for item in trial.endpoints if not since <= item.at_ns < back)
    found = trial.verdicts()["replica-spread"]
    assert found.outcome is Outcome.INCONCLUSIVE, found.reason
    assert "no sample of endpoints" in found.reason


def test_a_short_pause_is_no_silence(trial: Trial) -> None:
    """One missing round leaves the spread decided as before."""
    trial.endpoints = trial.endpoints[:3] + trial.endpoints[4:]
    assert trial.verdicts()["replica-spread"].outcome is Outcome.PASS
