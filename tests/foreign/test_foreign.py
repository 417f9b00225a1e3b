"""A cluster that exists: the same promises are judged there, and nothing is applied to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import undo
from seatrial.cluster import Cluster, connect, embedded
from seatrial.cluster.embedded import images
from seatrial.config import read
from seatrial.errors import EXIT_FAIL, EXIT_INCONCLUSIVE, EXIT_PASS
from seatrial.progress import LineProgress
from seatrial.rights import Part
from seatrial.trial.body import bodies_of, golden_of
from seatrial.workload import wait_serving
from tests.foreign import account

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).parent.parent.parent
NAME = "elsewhere"
#: All that the account of the trial may do.
PARTS = (Part.WATCH, Part.LOAD, Part.LEASE, Part.UNDO, Part.FAULT_PODS)
SETTINGS = """
objectives = "{root}/slos"
reports = "{folder}/reports"
[target]
manage = false
[request]
golden = "{root}/golden/financial-ab-test.json"
[load]
settle_s = 3.0
baseline_s = 12.0
fault_s = 12.0
recovery_s = 3.0
network_namespace = "/proc/{pid}/ns/net"
[fault]
experiment = "{root}/experiments/kill-replica.yaml"
allowed_context = "{consent}"
"""


@dataclass(frozen=True)
class Elsewhere:
    """A cluster that somebody else runs, with the workload that somebody else deployed.

    ``cluster`` is its administrator's; ``kubeconfig`` is what a trial gets: the least rights.
    """

    cluster: Cluster
    node_pid: int
    kubeconfig: Path


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """Bring a cluster up under another name and deploy to it with kubectl, not with seatrial."""
    progress = LineProgress()
    embedded.prepare_machine(progress)
    tars = images.build_all(progress)
    up = embedded.up(NAME, images=tars, owner_pid=os.getpid(), progress=progress)
    try:
        with connect(kubeconfig=up.kubeconfig, context=up.context) as cluster:
            cluster.kubectl("apply", "-k", str(ROOT / "k8s/overlays/embedded"), timeout_s=60)
            config = read(ROOT / "seatrial.toml")
            wait_serving(
                cluster, config, body=bodies_of(config, golden_of(config))[0], progress=progress
            )
            account.bind(cluster, ROOT / "k8s/rbac", PARTS)
            file = account.kubeconfig(cluster, tmp_path_factory.mktemp("account") / "kubeconfig")
            yield Elsewhere(cluster, up.node_pid, file)
    finally:
        embedded.down(NAME, progress=progress)


def _run(folder: Path, place: Elsewhere, consent: str) -> subprocess.CompletedProcess[str]:
    settings = folder / "seatrial.toml"
    text = SETTINGS.format(root=ROOT, folder=folder, pid=place.node_pid, consent=consent)
    settings.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "slo_tests", "-m", "production"]
    command += ["--kubeconfig", str(place.kubeconfig), "--context", place.cluster.context]
    command += [f"--seatrial-config={settings}", f"--run-dir={folder / 'run'}"]
    return subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=400
    )


def _writers(cluster: Cluster) -> set[str]:
    """Name everyone who wrote an object of the workload's namespace."""
    kinds = "statefulsets,deployments,services,configmaps,horizontalpodautoscalers"
    flags = ("--namespace=financial-inference", "--show-managed-fields", "--output=json")
    found = json.loads(cluster.kubectl("get", kinds, *flags, timeout_s=30))
    return {
        entry["manager"] for item in found["items"] for entry in item["metadata"]["managedFields"]
    }


def test_without_consent_nothing_is_broken(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """Unless allowed_context repeats the context, the run is refused and the reason is told."""
    before = {pod.uid for pod in elsewhere.cluster.pods("financial-inference", "")}
    done = _run(tmp_path, elsewhere, "another")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "fault.allowed_context" in done.stderr
    assert {pod.uid for pod in elsewhere.cluster.pods("financial-inference", "")} == before


def test_one_right_less_is_told_before_anything_starts(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    """The run ends at once, naming the right and the file of its role; nothing was touched."""
    before = account.take(elsewhere.cluster, Part.FAULT_PODS, "pods", "delete")
    try:
        done = _run(tmp_path, elsewhere, elsewhere.cluster.context)
    finally:
        account.give_back(elsewhere.cluster, before)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    told = "it may not delete pods in financial-inference (k8s/rbac/fault-pods.yaml)"
    assert f"saw: {told}\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run" / "production").exists()


def test_what_is_deployed_is_judged_and_nothing_applied(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    """With the least rights every promise gets its verdict, and all instruments their samples.

    No object of the workload was written by seatrial, no lease is left, and the cluster stays.
    """
    done = _run(tmp_path, elsewhere, elsewhere.cluster.context)
    trial = tmp_path / "run" / "production"
    assert done.returncode in (EXIT_PASS, EXIT_FAIL, EXIT_INCONCLUSIVE), done.stdout[-3000:]
    assert (trial / "recorded").exists(), done.stdout[-3000:]
    verdicts = json.loads((trial / "verdicts.json").read_text(encoding="utf-8"))
    assert len(verdicts["verdicts"]) > 0
    faults = json.loads((trial / "faults.json").read_text(encoding="utf-8"))
    assert all(item["held"] for item in faults[0]["evidence"])
    attested = json.loads((trial / "attestation.json").read_text(encoding="utf-8"))
    assert (attested["differences"], attested["unread"]) == ([], "")
    assert attested["before"]["salt"] == attested["after"]["salt"] == ""
    assert "forbidden" not in (trial / "observe.log").read_text(encoding="utf-8")
    kept = json.loads((trial / "lease.json").read_text(encoding="utf-8"))
    assert kept["lost"] == ""
    leases = ("get", "leases", "--namespace=financial-inference", "--output=name")
    assert elsewhere.cluster.kubectl(*leases, timeout_s=30) == ""
    assert undo.left(elsewhere.cluster) == ()
    assert not any("seatrial" in writer for writer in _writers(elsewhere.cluster))
    assert embedded.status(NAME) is not None
