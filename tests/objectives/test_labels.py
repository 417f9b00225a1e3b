"""The labels ``scenario`` and ``fault``: where a document promises something."""

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


@pytest.mark.parametrize(
    ("labels", "faults"),
    [
        ("severity: minor", ()),
        ("fault: kill-replica", ("kill-replica",)),
        ("fault: [kill-replica, hang-replica]", ("kill-replica", "hang-replica")),
    ],
)
def test_a_document_names_its_faults(tmp_path: Path, labels: str, faults: tuple[str, ...]) -> None:
    """One kind, several, or none: then it is promised whatever breaks."""
    [found] = objectives.read(_with(tmp_path, labels))
    assert found.faults == faults


@pytest.mark.parametrize("labels", ["fault: Kill_Replica", "fault: [hang-replica, hang-replica]"])
def test_a_fault_that_can_be_no_kind_is_refused(tmp_path: Path, labels: str) -> None:
    """What is no kind's name, or is named twice, is an error at its key."""
    with pytest.raises(objectives.ObjectivesError, match=r"metadata\.labels\.fault"):
        objectives.read(_with(tmp_path, labels))
