"""A fault that is prevented from landing is never taken for one that did, and leaves nothing."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest

from seatrial import fault
from seatrial.cluster import writing
from seatrial.fault import instants
from seatrial.fault.hand import OWNED
from seatrial.timeline import REQUEST
from seatrial.undo import left
from tests.live.conftest import until

from .conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.timeline import FaultWindow
    from tests.deployed import Deployed

pytestmark = [pytest.mark.cluster, pytest.mark.faults]
ENFORCE = "pod-security.kubernetes.io/enforce"


def _unproven(window: FaultWindow) -> dict[str, str]:
    return {item.name: item.detail for item in window.evidence if not item.held}


def _nothing_left(cluster: Cluster, namespace: str) -> None:
    assert left(cluster, namespace) == ()
    assert writing.listed(cluster, "Pod", namespace, f"{OWNED}=true") == []


@pytest.fixture
def broken(
    deployed: Deployed, config: Config, tmp_path: Path
) -> Iterator[Callable[..., fault.FaultProcess]]:
    """Return a function that starts an experiment beside no load at all; it is awaited here."""
    cluster, started = deployed.cluster, []

    def start(kind: str, **variables: str) -> fault.FaultProcess:
        given = {
            "SEATRIAL_KUBECONFIG": str(cluster.kubeconfig),
            "SEATRIAL_CONTEXT": cluster.context,
            "SEATRIAL_NAMESPACE": config.target.namespace,
            "SEATRIAL_WORKLOAD": config.target.workload,
            "SEATRIAL_FAULT_NAME": "mlserver-1",
            "SEATRIAL_FAULT_S": "8",
            **variables,
        }
        experiment = ROOT / "experiments" / f"{kind}.yaml"
        started.append(fault.start(experiment, env=given, directory=tmp_path))
        return started[-1]

    yield start
    for process in started:
        process.stop()
    _nothing_left(cluster, config.target.namespace)


def _window(process: fault.FaultProcess) -> FaultWindow:
    process.wait(180)
    found = fault.window(process.directory, np.empty(0, dtype=REQUEST), 0)
    assert not found.landed
    assert found.undone, found.note
    return found


@pytest.mark.parametrize("kind", ["kill-server", "kill-worker", "hang-replica", "cut-off-replica"])
def test_a_namespace_that_forbids_hands_is_not_hit(
    broken: Callable[..., fault.FaultProcess], cluster: Cluster, config: Config, kind: str
) -> None:
    """The Pod Security level refuses the pod that would act: not landed, and told why."""
    with _enforced(cluster, config.target.namespace, "baseline"):
        found = _window(broken(kind))
    assert "enforce=privileged" in _unproven(found)["method succeeded"]


@contextmanager
def _enforced(cluster: Cluster, namespace: str, level: str | None) -> Iterator[None]:
    def label(value: str | None) -> None:
        body = {"metadata": {"labels": {ENFORCE: value}}}
        writing.patch(cluster, "Namespace", "", namespace, body)

    label(level)
    try:
        yield
    finally:
        label(None)


def test_what_is_continued_behind_its_back_did_not_hang(
    broken: Callable[..., fault.FaultProcess],
) -> None:
    """Somebody continues the processes while they are to be stopped: not landed."""
    process = broken("hang-replica")
    until(lambda: _under_way(process.directory, "hold"), bool)
    for item in _stopped():
        item.resume()
    words = "every process was still stopped when it was undone"
    assert words in _unproven(_window(process))


def test_rules_that_are_removed_behind_its_back_cut_nothing_off(
    broken: Callable[..., fault.FaultProcess], cluster: Cluster
) -> None:
    """Somebody deletes the table while it is to drop: not landed."""
    process = broken("cut-off-replica")
    until(lambda: _under_way(process.directory, "hold"), bool)
    [table] = _tables(cluster)
    _nft(cluster, "delete", "table", "inet", table)
    assert "no table" in _unproven(_window(process))["packets were dropped"]


BY_POLICY = {"SEATRIAL_FAULT_METHOD": "network-policy"}


def test_a_policy_that_nobody_enforces_cuts_nothing_off(
    broken: Callable[..., fault.FaultProcess],
) -> None:
    """The embedded cluster's network takes no notice of policies: not landed, and told why."""
    found = _unproven(_window(broken("cut-off-replica", **BY_POLICY)))
    assert "does not enforce policies" in found["connections failed"]


def test_a_policy_that_is_enforced_is_proven(
    broken: Callable[..., fault.FaultProcess],
    cluster: Cluster,
    config: Config,
) -> None:
    """With a network that keeps to it, here this test's own rules, each connection fails."""
    process = broken("cut-off-replica", **BY_POLICY)
    until(lambda: writing.listed(cluster, "NetworkPolicy", config.target.namespace), bool)
    address = cluster.pod(config.target.namespace, "mlserver-1").ip
    rule = f"ip daddr {address} drop"
    chain = "type filter hook forward priority -160;"
    text = f"table inet enforcer {{ chain forward {{ {chain} {rule}; }}; }}"
    try:
        _nft(cluster, text)
        until(lambda: _under_way(process.directory, "take-it-back"), bool)
    finally:
        _nft(cluster, "delete table inet enforcer")
    assert "connections failed" not in _unproven(_window(process))


def test_a_pattern_without_a_worker_is_not_hit(broken: Callable[..., fault.FaultProcess]) -> None:
    """No process looks like a worker: refused before anything is touched."""
    found = _window(broken("kill-worker", SEATRIAL_FAULT_WORKER="gunicorn"))
    assert "SEATRIAL_FAULT_WORKER" in _unproven(found)["method succeeded"]


def test_a_limit_below_the_request_is_not_set(broken: Callable[..., fault.FaultProcess]) -> None:
    """The API would refuse it: so does the action, before anything is touched."""
    found = _window(broken("squeeze-cpu", SEATRIAL_FAULT_CPU_M="100"))
    assert "request 165m" in _unproven(found)["method succeeded"]


def test_an_idle_replica_is_not_squeezed(broken: Callable[..., fault.FaultProcess]) -> None:
    """The limit is cut, but nobody asks it anything: it was never throttled, so not landed."""
    found = _window(broken("squeeze-cpu", SEATRIAL_FAULT_CPU_M="900"))
    assert "throttled in 0 of" in _unproven(found)["the replica was throttled"]


def test_a_burner_that_is_removed_burns_nothing(
    broken: Callable[..., fault.FaultProcess],
    cluster: Cluster,
    config: Config,
) -> None:
    """Somebody deletes the pod that burns: no word of what it used, so not landed."""
    process, namespace = broken("burn-cpu"), config.target.namespace
    until(lambda: _under_way(process.directory, "hold"), bool)
    [pod] = writing.listed(cluster, "Pod", namespace, f"{OWNED}=true")
    writing.delete(cluster, "Pod", namespace, pod["metadata"]["name"], grace_s=0)
    assert "no pod was left" in _unproven(_window(process))["CPU was burnt beside the replica"]


def test_a_server_that_is_not_ended_for_memory_is_not_proven(
    broken: Callable[..., fault.FaultProcess],
) -> None:
    """It has no time to fill the memory: no container ended, so not landed, and nothing stays."""
    found = _window(broken("squeeze-memory", SEATRIAL_FAULT_FILL_S="0"))
    assert "restarted in place" in _unproven(found)


def _under_way(directory: Path, activity: str) -> bool:
    return activity in [item.activity for item in instants.read(directory / instants.INSTANTS)]


def _stopped() -> list[psutil.Process]:
    """Return the stopped processes of MLServer on this machine."""
    return [
        item
        for item in psutil.process_iter(["status", "cmdline"])
        if item.info["status"] == psutil.STATUS_STOPPED
        and "/usr/bin/python3" in item.info["cmdline"]
    ]


def _tables(cluster: Cluster) -> list[str]:
    found = json.loads(_nft(cluster, "--json", "list", "tables"))["nftables"]
    names = [item["table"]["name"] for item in found if "table" in item]
    return [name for name in names if name.startswith("seatrial-")]


def _nft(cluster: Cluster, *arguments: str) -> str:
    """Run nft in the embedded node's network namespace."""
    command = ["nsenter", f"--net={cluster.network_namespace}", "nft", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    return done.stdout
