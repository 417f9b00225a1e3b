"""A live embedded cluster with a workload of pause containers, for façade, observer and fault."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from seatrial.cluster import Cluster, connect, embedded
from seatrial.config import Target
from seatrial.progress import LineProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seatrial.cluster import Pod

Value = TypeVar("Value")
NAME = "live-tests"
NAMESPACE = "live"
MANIFEST = Path(__file__).with_name("target.yaml")


@pytest.fixture(scope="session")
def host() -> Iterator[Cluster]:
    """Bring a cluster up for this session; it ends with this process, whatever happens."""
    progress = LineProgress()
    embedded.up(NAME, images=(), owner_pid=os.getpid(), progress=progress)
    try:
        with connect(embedded=NAME) as cluster:
            yield cluster
    finally:
        embedded.down(NAME, progress=progress)


@pytest.fixture(scope="session")
def workload(host: Cluster) -> Cluster:
    """Deploy the workload and return the cluster once it is Ready."""
    deploy(host)
    return host


def deploy(host: Cluster) -> None:
    """Apply the manifest of pausing pods."""
    text = MANIFEST.read_text().replace("NAMESPACE", NAMESPACE).replace("IMAGE", pause(host))
    host.kubectl("apply", "--server-side", "-f", "-", stdin=text, timeout_s=30)


def pause(host: Cluster) -> str:
    """Return the image whose program only pauses; every embedded cluster has it."""
    nodes = json.loads(host.kubectl("get", "nodes", "--output=json", timeout_s=10))["items"]
    names = [name for image in nodes[0]["status"]["images"] for name in image["names"]]
    return next(str(name) for name in names if "seatrial/pause:" in name)


@pytest.fixture
def cluster(workload: Cluster) -> Cluster:
    """Return the cluster with three Ready replicas, and no others."""
    until(lambda: workload.pods(NAMESPACE, "app=target"), _three_ready)
    until(
        lambda: workload.scalable("StatefulSet", NAMESPACE, "target"),
        lambda it: it.ready_replicas == 3,
    )
    return workload


def _three_ready(pods: tuple[Pod, ...]) -> bool:
    return len(pods) == 3 and all(pod.ready and not pod.terminating for pod in pods)


@pytest.fixture
def target() -> Target:
    """Return the workload as seatrial.toml would name it."""
    return Target(
        namespace=NAMESPACE,
        workload="target",
        replica_service="target",
        service="front",
        proxy_admin_port=0,
        autoscaler="target-hpa",
    )


@pytest.fixture
def variables(cluster: Cluster) -> dict[str, str]:
    """Return the environment that points the shipped experiment at the workload."""
    return {
        "SEATRIAL_KUBECONFIG": str(cluster.kubeconfig),
        "SEATRIAL_CONTEXT": cluster.context,
        "SEATRIAL_NAMESPACE": NAMESPACE,
        "SEATRIAL_WORKLOAD": "target",
    }


def until(
    look: Callable[[], Value], holds: Callable[[Value], bool], seconds: float = 60.0
) -> Value:
    """Look until it holds; one that waits in vain shows what it saw last."""
    deadline = time.monotonic() + seconds
    while not holds(seen := look()):
        assert time.monotonic() < deadline, f"after {seconds:g} s still {seen}"
        time.sleep(0.1)
    return seen


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., object]:
    """Return `until`."""
    return until
