"""``seatrial judge`` and ``seatrial slo``: the whole commands, on a trial written to disk."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from seatrial import objectives, slo, timeline
from seatrial.cli import judge
from seatrial.cli import slo as commands
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

ROOT = Path(__file__).parents[2]
SLOS = ROOT / "slos"


app = typer.Typer()
app.add_typer(commands.app, name="slo")
app.command()(judge.judge)


def seatrial(*args: str) -> Result:
    """Run a command in this process, as the command line would."""
    return CliRunner().invoke(app, args)


def save(trial: Trial, directory: Path) -> None:
    """Write a trial as a run does, with the documents it is judged by."""
    trial.save(directory)
    objectives.keep(SLOS, directory)


def test_judging_again_gives_the_same_verdicts(trial: Trial, tmp_path: Path) -> None:
    """What was read from disk is judged word for word as in memory; nothing is written."""
    trial.fail(trial.at(41, 42))
    save(trial, tmp_path)
    files = sorted(path.name for path in tmp_path.rglob("*"))
    ran = seatrial("judge", str(tmp_path), "--json")
    found = json.loads(ran.stdout)
    assert found["verdicts"] == slo.as_json(list(trial.verdicts().values()))["verdicts"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == files


@pytest.mark.parametrize(("hurt", "code"), [("nothing", 0), ("service", 1), ("load", 10)])
def test_the_exit_code_tells_the_worst_verdict(
    trial: Trial, tmp_path: Path, hurt: str, code: int
) -> None:
    """0 for PASS, 1 for FAIL, 10 for INCONCLUSIVE; the table says it in words."""
    if hurt == "service":
        trial.fail(trial.at(60, 80))
    save(trial, tmp_path)
    if hurt == "load":
        (tmp_path / "load.json").unlink()
    ran = seatrial("judge", str(tmp_path))
    assert ran.exit_code == code, ran.stderr
    assert {0: "PASS", 1: "FAIL", 10: "INCONCLUSIVE"}[code] in ran.stdout


def test_other_documents_give_the_verdicts_they_ask_for(trial: Trial, tmp_path: Path) -> None:
    """The same trial under a promise of 5 ms fails, without any cluster."""
    save(trial, tmp_path)
    changed = tmp_path / "changed"
    changed.mkdir()
    text = (SLOS / "latency-mean.yaml").read_text(encoding="utf-8")
    (changed / "mean.yaml").write_text(text.replace("value: 20", "value: 5"), encoding="utf-8")
    ran = seatrial("judge", str(tmp_path), "--slos", str(changed))
    assert ran.exit_code == 1
    assert "promised < 5 ms" in " ".join(ran.stdout.split())


def test_a_verdict_that_changed_is_told(trial: Trial, tmp_path: Path) -> None:
    """A record that was altered after its verdicts were saved does not go unnoticed."""
    save(trial, tmp_path)
    verdicts = slo.as_json(list(trial.verdicts().values()))
    timeline.save_part(tmp_path, "verdicts.json", verdicts)
    assert seatrial("judge", str(tmp_path)).stderr == ""
    trial.fail(trial.at(70, 71)[0], kind="deadline")
    np.save(tmp_path / "requests.npy", trial.requests)
    ran = seatrial("judge", str(tmp_path))
    assert "timeouts was PASS, is FAIL" in ran.stderr


def test_saved_verdicts_that_are_damaged_are_named(trial: Trial, tmp_path: Path) -> None:
    """Verdicts that can't be read are no reason for a traceback, nor for silence."""
    save(trial, tmp_path)
    (tmp_path / "verdicts.json").write_text("[]", encoding="utf-8")
    error = seatrial("judge", str(tmp_path)).exception
    assert isinstance(error, UsageError)
    assert "verdicts.json" in error.attempt


def test_a_trial_without_documents_is_not_guessed_at(trial: Trial, tmp_path: Path) -> None:
    """Without promises there is nothing to judge: the error says how to name them."""
    save(trial, tmp_path)
    shutil.rmtree(tmp_path / objectives.KEPT)
    error = seatrial("judge", str(tmp_path)).exception
    assert isinstance(error, UsageError)
    assert "--slos" in error.mend


def test_wrong_usage_ends_without_a_traceback(tmp_path: Path) -> None:
    """The real command on a folder that is no trial: exit code 2, and what is missing there."""
    ran = subprocess.run(
        [sys.executable, "-c", "from seatrial.cli import main; main()", "judge", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 2, ran.stderr
    assert "no plan.json there" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_defect_is_no_fail(trial: Trial, tmp_path: Path) -> None:
    """A command that crashes has decided nothing: 10, with its traceback, and not Python's 1."""
    phases = tuple(replace(phase, rate=float("inf")) for phase in trial.plan.phases)
    trial.plan = replace(trial.plan, phases=phases)
    save(trial, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", "from seatrial.cli import main; main()", "judge", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 10
    assert "OverflowError" in done.stderr


def test_the_promises_can_be_listed_and_checked(tmp_path: Path) -> None:
    """`seatrial slo` lists every default promise and refuses a document by line and key."""
    listed = seatrial("slo", "list", str(SLOS))
    assert listed.exit_code == 0, listed.stderr
    assert "latency-p95" in listed.stdout
    many = len(objectives.read(SLOS))
    assert f"{many} objectives" in seatrial("slo", "check", str(SLOS)).stdout
    bad = tmp_path / "bad.yaml"
    bad.write_text("apiVersion: openslo/v1\nkind: SLO\n", encoding="utf-8")
    error = seatrial("slo", "check", str(bad)).exception
    assert isinstance(error, UsageError)
    assert "metadata: missing" in error.got


def test_documents_without_a_promise_for_this_trial_are_refused(
    trial: Trial, tmp_path: Path
) -> None:
    """Promises of another scenario decide nothing here; that no verdict came of it is an error."""
    trial.plan = replace(trial.plan, judged_as="autoscaling")
    save(trial, tmp_path)
    only = SLOS / "timeouts.yaml"
    ran = seatrial("judge", str(tmp_path), "--slos", str(only))
    assert isinstance(ran.exception, UsageError)
    assert "scenario autoscaling" in str(ran.exception)


def test_the_records_behind_a_verdict_are_printed(trial: Trial, tmp_path: Path) -> None:
    """All failed requests as CSV with their rows in requests.npy, codes by their names."""
    failed = trial.at(41, 42)
    trial.fail(failed)
    save(trial, tmp_path)
    ran = seatrial("judge", str(tmp_path), "--records", "success-fault")
    rows = list(csv.DictReader(ran.stdout.splitlines()))
    assert [int(row["row"]) for row in rows] == failed.tolist()
    assert {(row["outcome"], row["error"], row["arm"]) for row in rows} == {("error", "reset", "")}
    assert f"requests.npy: {len(failed)} records, against it" in ran.stderr
    found = seatrial("judge", str(tmp_path), "--records", "ready-replicas")
    lines = (tmp_path / "endpoints.jsonl").read_text("utf-8").splitlines()
    shown = [json.loads(line) for line in found.stdout.splitlines()]
    assert any(
        lines[item["row"] - 1] == json.dumps({key: item[key] for key in list(item)[1:]})
        for item in shown
    )


def test_records_of_an_unknown_objective_name_the_nearest(trial: Trial, tmp_path: Path) -> None:
    """A misspelt objective is answered with those that are nearly so called."""
    save(trial, tmp_path)
    error = seatrial("judge", str(tmp_path), "--records", "succes-fault").exception
    assert isinstance(error, UsageError)
    assert "success-fault" in error.expected


def test_reasons_are_printed_one_a_line(trial: Trial, tmp_path: Path) -> None:
    """Each verdict's reason is one line, the one that JSON has."""
    save(trial, tmp_path)
    reasons = seatrial("judge", str(tmp_path), "--reasons").stdout.splitlines()
    found = json.loads(seatrial("judge", str(tmp_path), "--json").stdout)
    assert reasons == [item["reason"] for item in found["verdicts"]]
