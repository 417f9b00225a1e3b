"""On a real cluster, with the real model server and proxies: serving, sabotaged, put back."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import workload
from seatrial.config import Config
from seatrial.progress import LineProgress
from seatrial.workload.asking import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster import Cluster
    from seatrial.workload import AppliedWorkload, Serving

pytestmark = pytest.mark.cluster

PROGRESS = LineProgress()


@pytest.fixture(scope="session")
def body() -> bytes:
    """Return one seeded request of the shape that both models take."""
    draw = random.Random(1)  # noqa: S311 -- data, no secret
    tensor = {
        "name": "input_data",
        "shape": [1, 10, 52],
        "datatype": "FP32",
        "data": [draw.gauss(0, 1) for _ in range(520)],
    }
    return json.dumps({"inputs": [tensor]}).encode()


@pytest.fixture(scope="module")
def deployed(
    live_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, body: bytes
) -> Iterator[tuple[AppliedWorkload, Serving, Config]]:
    """Return the embedded overlay, applied and serving; rolled back afterwards."""
    config = Config(root=Path(__file__).parents[2])
    directory = tmp_path_factory.mktemp("applied")
    overlay = config.path(config.target.overlay)
    applied = workload.apply(live_cluster, overlay, directory=directory, progress=PROGRESS)
    try:
        serving = workload.wait_serving(live_cluster, config, body=body, progress=PROGRESS)
        yield applied, serving, config
    finally:
        workload.roll_back(live_cluster, applied, progress=PROGRESS)


Deployed = tuple["AppliedWorkload", "Serving", "Config"]


def test_all_replicas_and_arms_answer(deployed: Deployed) -> None:
    """Serving means three replicas that each answered, and both arms."""
    _, serving, config = deployed
    assert len(serving.replicas) == 3
    assert serving.replicas_seen == 3
    assert set(serving.arms_seen) == set(config.request.arms)
    assert serving.url.startswith("http://10.")


def test_all_that_was_declared_is_in_effect(live_cluster: Cluster, deployed: Deployed) -> None:
    """Requests, limits, environment and the autoscaler's range are what was applied."""
    assert workload.shortfalls(live_cluster, deployed[0]) == ()


def test_a_change_that_is_undone_behind_us_is_a_shortfall(
    live_cluster: Cluster, deployed: Deployed
) -> None:
    """An autoscaler that somebody narrowed is named with both figures, until it is put back."""
    applied, _, config = deployed
    patch = '--patch={"spec": {"maxReplicas": %d}}'
    where = ["hpa", "mlserver-hpa", f"--namespace={config.target.namespace}"]
    live_cluster.kubectl("patch", *where, patch % 4, timeout_s=10)
    try:
        (found,) = workload.shortfalls(live_cluster, applied)
        assert str(found).endswith("maxReplicas is 4, declared was 10")
    finally:
        live_cluster.kubectl("patch", *where, patch % 10, timeout_s=10)


@pytest.mark.parametrize(("name", "status"), [("dead-port", 503), ("slow-model", 504)])
def test_a_sabotage_takes_effect_and_ends(
    live_cluster: Cluster,
    deployed: Deployed,
    body: bytes,
    tmp_path: Path,
    *,
    name: str,
    status: int,
) -> None:
    """Answers turn bad in the sabotage's own way, without a restart, and good again after it."""
    *_, config = deployed
    before = live_cluster.pods(config.target.namespace, "")
    applied = workload.sabotage(
        live_cluster, config, name, body=body, directory=tmp_path, progress=PROGRESS
    )
    assert ask(live_cluster, config, body).status == status
    workload.undo_sabotage(live_cluster, config, name, applied, body=body, progress=PROGRESS)
    assert ask(live_cluster, config, body).ok
    after = live_cluster.pods(config.target.namespace, "")
    assert [(pod.uid, pod.restarts) for pod in after] == [(pod.uid, pod.restarts) for pod in before]


def test_what_is_missing_is_said(live_cluster: Cluster, deployed: Deployed, body: bytes) -> None:
    """A replica that finds no place is named, with the scheduler's reason."""
    *_, config = deployed
    target = config.target.model_copy(update={"ready_deadline_s": 6.0})
    impatient = config.model_copy(update={"target": target})
    where = [f"--namespace={target.namespace}", "statefulset/mlserver"]
    big = ["set", "resources", *where, "--requests=cpu=30", "--limits=cpu=30"]
    live_cluster.kubectl(*big, timeout_s=10)
    now = ["--grace-period=0", "--force", "--wait=false"]
    live_cluster.kubectl("delete", "pod", "mlserver-2", where[0], *now, timeout_s=10)
    with pytest.raises(workload.WorkloadError, match=r"mlserver-2: .*Insufficient cpu"):
        workload.wait_serving(live_cluster, impatient, body=body, progress=PROGRESS)
