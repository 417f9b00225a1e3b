"""SIGKILL of pytest, of the cluster's outer process, of the load: nothing is left behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster.embedded import state, status
from seatrial.cluster.embedded.layout import layout
from seatrial.errors import EXIT_INCONCLUSIVE
from seatrial.timeline import PARTIAL_FILE

from .conftest import NAME, Run, Traces, assert_cleared, until

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.kills


def _cluster_starts(run: Run) -> bool:  # noqa: ARG001 -- moments share one signature
    return state.read(layout(NAME)) is not None


def _cluster_is_up(run: Run) -> bool:  # noqa: ARG001 -- moments share one signature
    return status(NAME) is not None


def _applied(run: Run) -> bool:
    return (run.trial / "manifests.yaml").exists()


def _loaded(run: Run) -> bool:
    return (run.trial / PARTIAL_FILE).exists()


def _broken(run: Run) -> bool:
    return (run.trial / "fault-instants.jsonl").exists()


MOMENTS: dict[str, Callable[[Run], bool]] = {
    "cluster starts": _cluster_starts,
    "cluster is up": _cluster_is_up,
    "workload applied": _applied,
    "load runs": _loaded,
    "fault under way": _broken,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_pytest_takes_everything_along(before: Traces, run: Run, moment: str) -> None:
    """SIGKILL of pytest ends cluster, load and experiment, and leaves nothing."""
    until(lambda: MOMENTS[moment](run), run, moment)
    os.kill(run.process.pid, signal.SIGKILL)
    run.process.wait(30)
    assert_cleared(before, run.directory)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(name, marks=[pytest.mark.sample] if name == "cluster starts" else [])
        for name in MOMENTS
    ],
)
def test_a_killed_cluster_leaves_no_verdict_and_nothing_else(
    before: Traces, run: Run, moment: str
) -> None:
    """SIGKILL of the outer process ends the run as INCONCLUSIVE, and leaves nothing."""
    until(lambda: MOMENTS[moment](run), run, moment)
    os.kill(run.outer_pid(), signal.SIGKILL)
    run.process.wait(240)
    assert run.process.returncode == EXIT_INCONCLUSIVE
    assert_cleared(before, run.directory)


@pytest.mark.parametrize("seconds", [1.0, 8.0, 20.0], ids=["at once", "baseline", "fault"])
def test_a_killed_load_leaves_no_verdict_and_nothing_else(
    before: Traces, run: Run, seconds: float
) -> None:
    """SIGKILL of the load process ends the run as INCONCLUSIVE, and leaves nothing."""
    until(lambda: _loaded(run), run, "load")
    start = time.monotonic()
    until(lambda: time.monotonic() - start > seconds, run, "its moment")
    os.kill(run.load_pid(), signal.SIGKILL)
    run.process.wait(240)
    assert run.process.returncode == EXIT_INCONCLUSIVE
    assert_cleared(before, run.directory)


def test_the_next_run_holds_its_trial(run: Run) -> None:
    """After all these kills a trial of the same name is recorded to its end."""
    run.process.wait(400)
    assert (run.trial / "recorded").exists()
    assert Path(run.trial / "verdicts.json").exists()
