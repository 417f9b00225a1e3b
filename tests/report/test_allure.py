"""What tests of promises write for Allure, read from a real pytest run's result files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from seatrial import timeline
from seatrial.report.table import as_text, figures_table, proxies_table

REPOSITORY = Path(__file__).parents[2]

PROMISES = """
from pathlib import Path

import pytest

from fixtures.outcomes import keep
from seatrial import timeline
from seatrial.report.allure import attach_trial, describe
from seatrial.slo import Indicator, Outcome, PhaseName, Verdict


@pytest.fixture(scope="session")
def trial():
    found = timeline.load(Path({trial!r}))
    attach_trial(found, Path({plots!r}))
    return found


@pytest.mark.parametrize("outcome", list(Outcome), ids=str)
def test_success(outcome, trial):
    verdict = Verdict(
        objective="success-fault",
        title="success ratio",
        indicator=Indicator.SUCCESS,
        phase=PhaseName.FAULT,
        outcome=outcome,
        promised="at least 0.9 of requests ok",
        seen="0.99846",
        bound=None,
        n=7159,
        reason=f"{{outcome}} 0.99846 seen, 0.9 promised",
        severity="blocker",
        guards=("fault",) if outcome is Outcome.INCONCLUSIVE else (),
        kept_by_retries=outcome is Outcome.PASS,
    )
    describe(verdict, plots=Path({plots!r}))
    keep(verdict)
"""


def run_pytest(file: Path, results: Path | None, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run pytest on one file in a process of its own, and return how it ended."""
    told = ["--alluredir", str(results)] if results else []
    path = os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(REPOSITORY)])
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, f"--rootdir={folder}"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", "-p", "no:locust", *told, str(file)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def told(trial_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Allure results of one test for each outcome, on the synthetic trial."""
    folder = tmp_path_factory.mktemp("told")
    file = folder / "test_promises.py"
    file.write_text(PROMISES.format(trial=str(trial_dir), plots=str(folder)), encoding="utf-8")
    done = run_pytest(file, folder / "results", folder)
    assert "2 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    return folder / "results"


def read(results: Path, kind: str) -> list[dict[str, Any]]:
    """Return the parsed files whose names end with ``kind``."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(results.glob(f"*-{kind}.json"))]


def by_status(results: Path) -> dict[str, dict[str, Any]]:
    """Return each test's result by Allure's status."""
    return {item["status"]: item for item in read(results, "result")}


def parameters(result: dict[str, Any]) -> dict[str, str]:
    """Return a result's parameters by name."""
    return {item["name"]: item["value"] for item in result["parameters"]}


def test_fail_is_failed_and_inconclusive_is_broken(told: Path) -> None:
    """A broken promise and an undecided one stay apart in Allure, and neither is skipped."""
    found = by_status(told)
    assert {status: parameters(item)["verdict"] for status, item in found.items()} == {
        "passed": "PASS",
        "failed": "FAIL",
        "broken": "INCONCLUSIVE",
    }
    assert "0.99846 seen, 0.9 promised" in found["failed"]["statusDetails"]["message"]


def test_a_verdict_is_told_by_title_severity_parameters_and_steps(told: Path) -> None:
    """Each test shows what was promised, seen and bounded, over which n and phase, and why."""
    result = by_status(told)["broken"]
    assert result["name"] == "success ratio in the fault window"
    assert {"name": "severity", "value": "blocker"} in result["labels"]
    assert (
        parameters(result).items()
        >= {
            "promised": "at least 0.9 of requests ok",
            "seen": "0.99846",
            "bound": "none",
            "n": "7,159",
            "phase": "fault",
            "guards": "fault",
        }.items()
    )
    steps = [item["name"] for item in result["steps"]]
    assert steps[0] == "promised in the fault window: at least 0.9 of requests ok"
    assert steps[1].endswith("0.99846")
    assert len(steps) == 3
    assert result["description"] == "INCONCLUSIVE 0.99846 seen, 0.9 promised"


def test_a_promise_that_only_retries_kept_is_tagged(told: Path) -> None:
    """Allure can be filtered by it, and the test says so itself; no other test does."""
    tag, fact = {"name": "tag", "value": "kept only by retries"}, "kept by retries"
    for status, result in by_status(told).items():
        assert (tag in result["labels"]) is (status == "passed")
        assert parameters(result).get(fact) == ("only by them" if status == "passed" else None)


def test_what_was_seen_is_no_part_of_a_tests_identity(told: Path) -> None:
    """The parameters that differ from run to run are left out of Allure's history key."""
    result = by_status(told)["passed"]
    kept = [item["name"] for item in result["parameters"] if not item.get("excluded")]
    assert sorted(kept) == ["objective", "outcome"]
    assert parameters(result)["objective"] == "success-fault"


def test_each_test_shows_the_plot_its_promise_is_read_from(told: Path) -> None:
    """A promise about requests carries the latency plot, a real PNG."""
    for result in by_status(told).values():
        [plot] = result["attachments"]
        assert (plot["name"], plot["type"]) == ("latency over time", "image/png")
        assert (told / plot["source"]).read_bytes().startswith(b"\x89PNG")


def test_the_trial_is_attached_once_and_whole(told: Path, trial_dir: Path) -> None:
    """The fixture that holds the trial carries plots, tables, and its files, byte by byte."""
    [fixture] = [
        before
        for container in read(told, "container")
        for before in container.get("befores", [])
        if before["name"] == "trial"
    ]
    [step] = fixture["steps"]
    found = {item["name"]: told / item["source"] for item in step["attachments"]}
    files = {path.name for path in trial_dir.iterdir()}
    plots = {"latency over time", "replicas over time"}
    tables = {"figures of each phase", "retries, ejections and overflows at the proxies"}
    assert set(found) == files | plots | tables
    for name in files:
        assert found[name].read_bytes() == (trial_dir / name).read_bytes()
    assert found["requests.npy"].suffix == ".npy"
    recorded = timeline.load(trial_dir)
    for name, table in zip(sorted(tables), (figures_table, proxies_table), strict=True):
        assert found[name].read_text("utf-8") == as_text(table(recorded))


def test_without_allure_results_describing_does_nothing(trial_dir: Path, tmp_path: Path) -> None:
    """The same tests run, with the same outcomes, where nobody asked for Allure results."""
    file = tmp_path / "test_promises.py"
    file.write_text(PROMISES.format(trial=str(trial_dir), plots=str(tmp_path)), encoding="utf-8")
    done = run_pytest(file, None, tmp_path)
    assert "2 failed, 1 passed" in done.stdout, done.stdout + done.stderr


def test_a_file_too_large_is_named_and_not_embedded(tmp_path: Path, trial_dir: Path) -> None:
    """Of a file beyond the limit the report holds path and size, so that its absence is seen."""
    file = tmp_path / "test_promises.py"
    limit = "import seatrial.report.allure as told\ntold.LARGEST_ATTACHMENT = 1000\n"
    text = PROMISES.format(trial=str(trial_dir), plots=str(tmp_path))
    file.write_text(limit + text, encoding="utf-8")
    run_pytest(file, tmp_path / "results", tmp_path)
    notes = [path.read_text("utf-8") for path in (tmp_path / "results").glob("*-attachment.txt")]
    size = (trial_dir / "requests.npy").stat().st_size
    assert any("requests.npy" in note and f"{size:,} bytes" in note for note in notes)
