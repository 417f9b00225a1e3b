"""Trials of targets and instruments that are broken on purpose, on a real embedded cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from seatrial import objectives
from seatrial.config import Config, read
from seatrial.progress import LineProgress
from seatrial.slo import Outcome
from seatrial.trial import Scenario, judged, record

ROOT = Path(__file__).parent.parent.parent
Outcomes = dict[tuple[str, str], Outcome]
Hold = Callable[[Config, Scenario], Outcomes]


@pytest.fixture
def config() -> Config:
    """Return the shipped configuration with phases just long enough to decide."""
    shipped = read(ROOT / "seatrial.toml")
    shape = shipped.load.model_copy(
        update={"settle_s": 5.0, "baseline_s": 26.0, "fault_s": 20.0, "recovery_s": 10.0}
    )
    cluster = shipped.cluster.model_copy(update={"embedded": "sabotage"})
    return shipped.model_copy(update={"load": shape, "cluster": cluster})


@pytest.fixture
def hold(tmp_path: Path) -> Hold:
    """Hold a trial and return the outcome of each objective, by indicator and phase."""

    def held(config: Config, scenario: Scenario) -> Outcomes:
        directory = tmp_path / scenario.name
        directory.mkdir()
        record(config, scenario, directory=directory, progress=LineProgress())
        promised = objectives.read(config.path(config.objectives))
        verdicts = judged(directory, promised).verdicts
        for verdict in verdicts:
            print(f"{verdict.outcome} {verdict.objective}: {verdict.reason}")  # noqa: T201 -- shown when the test fails
        return {(item.indicator.value, item.phase.value): item.outcome for item in verdicts}

    return held
