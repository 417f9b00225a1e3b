"""SIGKILL of pytest on a cluster that stays: `seatrial undo`, or the next run, puts all back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import undo

from .conftest import Run, processes, running, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.cluster import Cluster

pytestmark = pytest.mark.kills
NAMESPACE = "financial-inference"
#: All that a trial could leave, in any namespace.
KINDS = (
    "namespaces,statefulsets,deployments,daemonsets,services,configmaps,secrets,pods,leases,"
    "horizontalpodautoscalers,poddisruptionbudgets,networkpolicies,controllerrevisions"
)
#: The experiment rolls back by itself when its parent dies, and that has a deadline.
ENDED_S = 60.0
SEATRIAL = Path(sys.executable).with_name("seatrial")


def _objects(cluster: Cluster) -> list[str]:
    """Name each object outside Kubernetes' own namespaces, where a young cluster still grows."""
    each = '{range .items[*]}{.metadata.namespace}/{.kind}/{.metadata.name}{"\\n"}{end}'
    flags = ["--all-namespaces", f"--output=jsonpath={each}", "--ignore-not-found"]
    found = cluster.kubectl("get", KINDS, *flags, timeout_s=30).split()
    return sorted(name for name in found if not name.startswith("kube-"))


def _nodes(cluster: Cluster) -> str:
    return cluster.kubectl("get", "nodes", "--output=jsonpath={.items[*].spec}", timeout_s=30)


def _kept(cluster: Cluster, directory: Path) -> Callable[[Run], bool]:
    """Tell whether the overlay's record is there: it is being applied, or was."""
    del directory
    return lambda _: any(item.record.mechanism == "overlay" for item in undo.left(cluster))


MOMENTS: dict[str, Callable[[Run], bool]] = {
    "load runs": lambda run: (run.trial / "requests.partial").exists(),
    "fault under way": lambda run: (run.trial / "fault-instants.jsonl").exists(),
}


def _killed(run: Run) -> None:
    """Kill pytest and wait until nothing that it started is left."""
    os.kill(run.process.pid, signal.SIGKILL)
    run.process.wait(30)
    end = time.monotonic() + ENDED_S
    while (left := list(processes((str(run.directory),)))) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == []


def _seatrial(run: Run, *arguments: str) -> str:
    """Run the command as a user would, and return what it says."""
    done = subprocess.run(
        [SEATRIAL, *arguments, f"--config={run.directory / 'seatrial.toml'}"],
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "moment",
    [
        "being applied",
        "load runs",
        pytest.param("fault under way", marks=pytest.mark.sample),
    ],
)
def test_what_a_killed_pytest_left_is_undone(
    standing: Cluster, tmp_path: Path, moment: str
) -> None:
    """The command lists it, puts it back and says so; then the cluster is as it was before."""
    before, nodes = _objects(standing), _nodes(standing)
    moments = {**MOMENTS, "being applied": _kept(standing, tmp_path)}
    with running(tmp_path) as run:
        until(lambda: moments[moment](run), run, moment)
        _killed(run)
        assert "embedded applied" in _seatrial(run, "undo", "--list")
        assert "as before" in _seatrial(run, "undo")
        assert _seatrial(run, "undo") == "nothing is left\n"
    assert _objects(standing) == before
    assert _nodes(standing) == nodes
    assert undo.left(standing) == ()


def test_the_next_run_begins_with_what_the_last_one_left(standing: Cluster, tmp_path: Path) -> None:
    """It says what it undoes, holds its trial to the end, and leaves nothing."""
    before = _objects(standing)
    with running(tmp_path / "killed") as run:
        until(lambda: MOMENTS["load runs"](run), run, "load")
        _killed(run)
    with running(tmp_path / "next") as run:
        run.process.wait(400)
        log = (run.directory / "pytest.log").read_text(encoding="utf-8", errors="replace")
        assert "undo what an earlier run left: embedded applied" in log
        assert (run.trial / "recorded").exists(), log[-3000:]
    assert _objects(standing) == before
