"""The label ``scenario``: where a document promises something."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial import objectives
from seatrial.slo import SCENARIOS

DOCUMENT = (Path(__file__).parents[2] / "slos/timeouts.yaml").read_text(encoding="utf-8")


def _with(folder: Path, labels: str) -> Path:
    path = folder / "slo.yaml"
    path.write_text(DOCUMENT.replace("severity: blocker", labels), encoding="utf-8")
    assert labels in path.read_text(encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("labels", "scenarios"),
    [
        ("severity: minor", ("production",)),
        ("scenario: autoscaling", ("autoscaling",)),
        ("scenario: [production, autoscaling]", ("production", "autoscaling")),
    ],
)
def test_a_document_names_its_scenarios(
    tmp_path: Path, labels: str, scenarios: tuple[str, ...]
) -> None:
    """One, several, or none: then it is promised in production."""
    [found] = objectives.read(_with(tmp_path, labels))
    assert found.scenarios == scenarios


@pytest.mark.parametrize(
    "labels",
    ["scenario: autoscalling", "scenario: []", "scenario: [production, production]"],
)
def test_a_scenario_that_would_never_be_tried_is_refused(tmp_path: Path, labels: str) -> None:
    """A misspelt scenario would be a promise that nobody judges: the error names the choices."""
    with pytest.raises(objectives.ObjectivesError) as caught:
        objectives.read(_with(tmp_path, labels))
    text = str(caught.value)
    assert "slo.yaml" in text
    assert "key metadata.labels.scenario" in text
    assert ", ".join(SCENARIOS) in text
