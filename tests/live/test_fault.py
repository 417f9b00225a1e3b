"""The shipped experiment on a real cluster: it hits what it means, and proves that it did."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest

from seatrial import fault
from seatrial.fault import instants, journal
from seatrial.timeline import REQUEST

from .made_up import experiment, missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.cluster import Cluster
    from seatrial.timeline import FaultWindow

pytestmark = pytest.mark.cluster
KILL = Path(__file__).parent.parent.parent / "experiments" / "kill-replica.yaml"
NAMESPACE, SELECTOR = "live", "app=target"
S = 1_000_000_000
PARENT = """
import json, sys
from pathlib import Path
from seatrial import fault
process = fault.start(Path(sys.argv[1]), env=json.loads(sys.argv[2]), directory=Path(sys.argv[3]))
print(process.pid, flush=True)
process.wait(120)
"""


def _run(directory: Path, variables: dict[str, str]) -> FaultWindow:
    return experiment(KILL, directory, variables)


def _uids(cluster: Cluster) -> dict[str, str]:
    return {pod.name: pod.uid for pod in cluster.pods(NAMESPACE, SELECTOR)}


def test_a_kill_lands_with_evidence(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path
) -> None:
    """The named replica and no other is replaced, at the instant asked for, with all evidence."""
    before = _uids(cluster)
    at = time.monotonic_ns() + 6 * S
    more = {"SEATRIAL_FAULT_NAME": "target-1", "SEATRIAL_FAULT_AT_NS": str(at)}
    found = _run(tmp_path, {**variables, **more})
    after = _uids(cluster)
    assert (found.landed, found.undone, found.note) == (True, True, "")
    assert [(item.name, item.uid_before) for item in found.targets] == [
        ("target-1", before["target-1"])
    ]
    assert found.targets[0].uid_after == after["target-1"] != before["target-1"]
    assert (after["target-0"], after["target-2"]) == (before["target-0"], before["target-2"])
    assert found.started_ns >= at


def test_a_kill_of_a_deployments_replica_lands(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path
) -> None:
    """A Deployment's replica, whose successor has another name, is killed with evidence too."""
    more = {
        "SEATRIAL_WORKLOAD": "loose",
        "SEATRIAL_WORKLOAD_KIND": "Deployment",
        "SEATRIAL_REPLICAS_MIN": "2",
    }
    found = _run(tmp_path, {**variables, **more})
    assert found.landed
    uids = {pod.uid for pod in cluster.pods(NAMESPACE, "app=loose")}
    assert found.targets[0].uid_after in uids
    assert found.targets[0].uid_before not in uids


def test_a_selector_without_a_match_does_not_land(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path
) -> None:
    """A selector that matches no pod hits nothing, and the evidence says so."""
    before = _uids(cluster)
    found = _run(tmp_path, {**variables, "SEATRIAL_FAULT_SELECTOR": "app=nothing"})
    assert not found.landed
    assert "no pods at all" in missing(found)["method succeeded"]
    assert _uids(cluster) == before


def test_a_selector_never_widens_the_workload(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path
) -> None:
    """A selector of other pods does not make them targets."""
    loose = {pod.uid for pod in cluster.pods(NAMESPACE, "app=loose")}
    assert not _run(tmp_path, {**variables, "SEATRIAL_FAULT_SELECTOR": "app=loose"}).landed
    assert {pod.uid for pod in cluster.pods(NAMESPACE, "app=loose")} == loose


def test_an_unsteady_workload_is_left_alone(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path
) -> None:
    """With fewer Ready replicas than the minimum nothing is killed, and the evidence says why."""
    before = _uids(cluster)
    found = _run(tmp_path, {**variables, "SEATRIAL_REPLICAS_MIN": "5"})
    assert not found.landed
    assert '"ready": 3' in missing(found)["steady state before the fault"]
    assert _uids(cluster) == before


def test_a_kill_without_load_is_not_proven(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path
) -> None:
    """A kill that hit no request proves nothing about requests."""
    fault.start(KILL, env=variables, directory=tmp_path).wait(120)
    found = fault.window(tmp_path, np.empty(0, dtype=REQUEST), 0)
    assert set(missing(found)) == {"requests in flight", "the replica was serving"}
    assert cluster.pods(NAMESPACE, SELECTOR)


def test_an_unreachable_cluster_does_not_land(variables: dict[str, str], tmp_path: Path) -> None:
    """With a kubeconfig that is not there nothing is hit, and the evidence names it."""
    found = _run(tmp_path, {**variables, "SEATRIAL_KUBECONFIG": str(tmp_path / "absent")})
    assert not found.landed
    assert not found.undone
    assert "absent" in missing(found)["steady state before the fault"]


def test_without_a_cluster_it_does_not_even_begin(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    """Without a cluster in the environment the experiment ends with an error that says so."""
    del variables["SEATRIAL_CONTEXT"]
    with pytest.raises(fault.FaultError, match="SEATRIAL_CONTEXT"):
        _run(tmp_path, variables)


def test_a_killed_parent_leaves_no_fault(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path, until: Callable[..., Any]
) -> None:
    """SIGKILL of the parent before the instant: nothing is killed, no chaos process stays."""
    before = _uids(cluster)
    variables["SEATRIAL_FAULT_AT_NS"] = str(time.monotonic_ns() + 60 * S)
    arguments = [str(KILL), json.dumps(variables), str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, *arguments], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        until(
            lambda: [item.activity for item in instants.read(tmp_path / instants.INSTANTS)],
            lambda names: "kill-one-replica" in names,
        )
        parent.kill()
    until(lambda: psutil.pid_exists(pid), lambda there: not there, 20)
    assert _uids(cluster) == before
    told = journal.read(tmp_path / journal.JOURNAL)
    assert told.status == "interrupted"
    assert [item.status for item in told.rollbacks] == ["succeeded"]


def test_it_runs_by_plain_chaos(
    cluster: Cluster, variables: dict[str, str], tmp_path: Path
) -> None:
    """The shipped file runs by the chaos command alone and kills a replica."""
    before = _uids(cluster)
    chaos = Path(sys.executable).with_name("chaos")
    done = subprocess.run(
        [str(chaos), "--no-version-check", "run", str(KILL)],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **variables},
        check=False,
        timeout=120,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert journal.read(tmp_path / "journal.json").status == "completed"
    assert len(set(before.items()) - set(_uids(cluster).items())) == 1
