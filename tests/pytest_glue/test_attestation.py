"""What a trial left behind fails the run, although every promise was kept."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from seatrial.fault.catalogue import BY_KIND
from seatrial.timeline import Change
from tests import healthy as parts
from tests.pytest_glue import gate
from tests.pytest_glue.test_new_objective import STAND_IN
from tests.timelines import healthy

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from seatrial.timeline import Attestation

LEFT = Change("StatefulSet mlserver: labels.planted", "absent", "yes")


def _run(folder: Path, found: Attestation | None, *chosen: str) -> subprocess.CompletedProcess[str]:
    """Run the gate on a recorded trial with this attestation."""
    trial = healthy()
    trial.attestation = found
    trial.save(folder / "trial")
    stand_in = STAND_IN.format(trial=str(folder / "trial"), slos=str(gate.SLOS))
    (folder / "stand_in.py").write_text(stand_in, encoding="utf-8")
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    return gate.run(
        *(*(chosen or ("slo_tests",)), "-m", "production", "-q", "-p", "stand_in"),
        *(f"--run-dir={folder / 'run'}", gate.settings(folder)),
        env={**os.environ, "PYTHONPATH": path},
    )


@pytest.mark.parametrize(
    ("found", "code", "status"),
    [
        (parts.attestation(), 0, "passed"),
        (parts.attestation(LEFT), 1, "failed"),
        (None, 10, "broken"),
    ],
    ids=["equal", "different", "missing"],
)
def test_the_runs_exit_code_is_the_attestations(
    tmp_path: Path, found: Attestation | None, code: int, status: str
) -> None:
    """All promises kept, a difference is exit code 1 and a missing attestation 10."""
    done = _run(tmp_path, found, "slo_tests/test_attestation.py")
    assert done.returncode == code, done.stdout + done.stderr
    assert "attestation PASS" in done.stdout if code == 0 else "attestation " in done.stdout
    results = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in (tmp_path / "run/allure-results").glob("*-result.json")
    ]
    [told] = [item for item in results if "test_attestation" in item["fullName"]]
    assert told["status"] == status
    assert (str(LEFT) in done.stdout) is (code == 1)
    assert (str(LEFT) in told["description"]) is (code == 1)


def test_left_out_it_counts_all_the_same(tmp_path: Path) -> None:
    """Deselecting its test is no way to a PASS of the whole."""
    done = _run(
        tmp_path,
        parts.attestation(LEFT),
        "slo_tests",
        "--deselect",
        "slo_tests/test_attestation.py",
    )
    assert done.returncode == 1, done.stdout + done.stderr


def test_it_is_collected_once_for_each_scenario(tmp_path: Path) -> None:
    """Each scenario's mark chooses its own."""
    done = gate.run(
        *("slo_tests/test_attestation.py", "-m", "autoscaling", "--collect-only", "-q"),
        *(gate.settings(tmp_path), f"--run-dir={tmp_path / 'run'}"),
    )
    assert "test_everything_is_as_it_was[autoscaling]" in done.stdout
    others = 1 + len(BY_KIND)
    assert f"1/{1 + others} tests collected" in done.stdout
