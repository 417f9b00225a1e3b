"""The synthetic trial with some harm done: slower answers and a few failures after the kill."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from seatrial import timeline as record
from tests.timelines import KILL, SECOND, Trial, healthy

if TYPE_CHECKING:
    from pathlib import Path


def hurt() -> Trial:
    """Return a trial whose clients notice the kill for three seconds, and that scales up late."""
    trial = healthy()
    hit = trial.at(KILL / SECOND, KILL / SECOND + 3)
    took = trial.requests["end"][hit] - trial.requests["sent"][hit]
    trial.requests["end"][hit] += took + took // 2
    trial.fail(hit[::40], "reset")
    trial.fail(hit[5:7], "deadline")
    trial.slow(hit[5:7], trial.plan.deadline_ms)
    dying = replace(trial.replicas[1], at_ns=KILL + SECOND // 50, ready=False, terminating=True)
    dying = replace(dying, name="mlserver-1", uid="b", address="10.0.0.2")
    trial.replicas = tuple(sorted((*trial.replicas, dying), key=lambda item: item.at_ns))
    trial.autoscaler = tuple(
        replace(item, desired=4) if item.at_ns > 110 * SECOND else item for item in trial.autoscaler
    )
    return trial


@pytest.fixture(scope="session")
def trial_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of one synthetic trial, every part of it written."""
    directory = tmp_path_factory.mktemp("trial") / "20260101-120000"
    hurt().save(directory)
    return directory


@pytest.fixture
def trial(trial_dir: Path) -> record.Timeline:
    """Return the synthetic trial, read back."""
    return record.load(trial_dir)
