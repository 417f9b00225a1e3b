"""A promise added as a document alone: it is collected, judged, written and shown; no Python."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.pytest_glue import gate
from tests.timelines import healthy

if TYPE_CHECKING:
    from pathlib import Path

NAME = "p99-enhanced-fault"
#: Stands in for the live part: puts a recorded trial where this run would have recorded its own.
STAND_IN = """
import shutil
from pathlib import Path

import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    from fixtures.options import RUN
    from seatrial import objectives

    target = config.stash[RUN] / "production"
    shutil.copytree({trial!r}, target)
    objectives.keep(Path({slos!r}), target)
    (target / "recorded").touch()
"""


def document() -> str:
    """Return the default P95 promise turned into P99 of one arm in the fault window."""
    text = (gate.SLOS / "latency-p95.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("name: latency-p95", f"name: {NAME}"),
        (
            "phases: [whole, fault, recovery]",
            "phases: [fault]\n              arm: enhanced-predictor",
        ),
        ("below_ms: 50", "below_ms: 80"),
        ("target: 0.95", "target: 0.99"),
    ):
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of a gate's run on a recorded trial, one document added."""
    folder = tmp_path_factory.mktemp("new")
    trial = healthy()
    slow = np.flatnonzero(trial.requests["arm"] == 1)[::50]
    trial.slow(slow, 90)
    (folder / "trial").mkdir()
    trial.save(folder / "trial")
    shutil.copytree(gate.SLOS, folder / "slos")
    (folder / "slos/new.yaml").write_text(document(), encoding="utf-8")
    stand_in = STAND_IN.format(trial=str(folder / "trial"), slos=str(folder / "slos"))
    (folder / "stand_in.py").write_text(stand_in, encoding="utf-8")
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    done = gate.run(
        *("slo_tests", "-m", "production", "-q", "-p", "stand_in"),
        *(f"--run-dir={folder / 'run'}", gate.settings(folder, folder / "slos")),
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 1, done.stdout + done.stderr
    (folder / "run/output.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return folder / "run"


def saved(run: Path) -> dict[str, dict[str, Any]]:
    """Return the verdicts of the run's verdicts.json by objective."""
    found = json.loads((run / "production/verdicts.json").read_text("utf-8"))
    return {item["objective"]: item for item in found["verdicts"]}


def told(run: Path) -> dict[str, dict[str, Any]]:
    """Return Allure's results by objective."""
    results = [
        json.loads(path.read_text("utf-8"))
        for path in (run / "allure-results").glob("*-result.json")
    ]
    return {
        parameter["value"]: result
        for result in results
        for parameter in result["parameters"]
        if parameter["name"] == "objective"
    }


def test_a_new_document_is_a_test_a_verdict_and_a_result(run: Path) -> None:
    """P99 of one arm in the fault window: collected and failed, in the JSON and in Allure."""
    assert f"[{NAME}]" in (run / "output.txt").read_text("utf-8")
    verdict, result = saved(run)[NAME], told(run)[NAME]
    assert verdict["outcome"] == "FAIL"
    assert verdict["promised"] == "P99 of arm enhanced-predictor < 80 ms"
    assert result["status"] == "failed"


def test_the_reason_is_the_same_everywhere(run: Path) -> None:
    """Terminal, JSON and Allure say the same of every promise; the terminal of those not kept."""
    results, verdicts = told(run), saved(run)
    assert set(results) == set(verdicts)
    text = " ".join((run / "output.txt").read_text("utf-8").split())
    for name, verdict in verdicts.items():
        assert results[name]["description"] == verdict["reason"]
        if verdict["outcome"] != "PASS":
            assert verdict["reason"] in text


def test_the_records_are_the_same_in_json_and_allure(run: Path) -> None:
    """The failed arm's verdict points at its slow requests in both."""
    [records] = saved(run)[NAME]["records"]
    shown = {item["name"]: item["value"] for item in told(run)[NAME]["parameters"]}
    assert shown["records in requests.npy"].startswith(f"{records['count']:,} against it: ")
    assert str(records["rows"][0]) in shown["records in requests.npy"]
