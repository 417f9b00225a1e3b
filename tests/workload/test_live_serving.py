"""On a real cluster, with the real model server and proxies: serving, sabotaged, put back."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import timeline, workload
from seatrial.cluster import writing
from seatrial.config import Config
from seatrial.observe import Observer
from seatrial.progress import LineProgress
from seatrial.workload.asking import ask
from tests import healthy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seatrial.cluster import Cluster
    from seatrial.timeline import ProxySample
    from seatrial.workload import AppliedWorkload, Serving

    Samples = tuple[ProxySample, ...]

pytestmark = pytest.mark.cluster

PROGRESS = LineProgress()
PROXIES = 2


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
    live_cluster: Cluster, body: bytes
) -> Iterator[tuple[AppliedWorkload, Serving, Config]]:
    """Return the embedded overlay, applied and serving; rolled back afterwards."""
    config = Config(root=Path(__file__).parents[2])
    overlay = config.path(config.target.overlay)
    applied = workload.apply(live_cluster, overlay, progress=PROGRESS)
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


def _proxies(directory: Path, holds: Callable[[Samples], bool], seconds: float = 60.0) -> Samples:
    """Return the proxies' samples once they are as they should be."""
    timeline.save_part(directory, "plan.json", healthy.plan())
    deadline = time.monotonic() + seconds
    while True:
        found = timeline.load(directory).proxy
        if holds(found):
            return found
        assert time.monotonic() < deadline, f"after {seconds:g} s still {found[-PROXIES:]}"
        time.sleep(0.2)


def _attempts(directory: Path) -> int:
    """Return all proxies' attempts by samples that were asked for from now on."""
    seen = len(_proxies(directory, bool))
    found = _proxies(directory, lambda now: len(now) >= seen + 2 * PROXIES)
    last = {item.uid: item for item in found}
    assert all(item.answered for item in last.values())
    assert len(last) == PROXIES
    return sum(counts.requests for item in last.values() for counts in item.upstreams)


def test_the_proxies_count_what_was_asked(
    live_cluster: Cluster, deployed: Deployed, body: bytes, tmp_path: Path
) -> None:
    """Each of 20 requests between two samples is one attempt more in the proxies' own counts."""
    *_, config = deployed
    with Observer(live_cluster, config.target, time.monotonic_ns(), tmp_path):
        before = _attempts(tmp_path)
        for _ in range(20):
            assert ask(live_cluster, config, body).ok
        assert _attempts(tmp_path) - before == 20
    assert (tmp_path / "observe.log").read_text() == ""


def test_a_proxy_that_is_replaced_is_seen_gone(
    live_cluster: Cluster, deployed: Deployed, body: bytes, tmp_path: Path
) -> None:
    """A killed proxy has one sample that says so, and its successor answers with its own uid."""
    target = deployed[2].target
    with Observer(live_cluster, target, time.monotonic_ns(), tmp_path):
        victim, *others = _proxies(tmp_path, lambda seen: len(seen) >= PROXIES)
        writing.delete(
            live_cluster, "Pod", target.namespace, victim.name, uid=victim.uid, grace_s=0
        )
        old = {item.uid for item in (victim, *others)}
        _proxies(tmp_path, lambda seen: any(item.gone for item in seen))
        _proxies(tmp_path, lambda seen: any(i.answered and i.uid not in old for i in seen))
    workload.wait_serving(live_cluster, deployed[2], body=body, progress=PROGRESS)
    gone = [item for item in _proxies(tmp_path, bool) if item.gone]
    assert [(item.uid, item.answered) for item in gone] == [(victim.uid, False)]


def test_a_port_that_does_not_answer_is_said(
    live_cluster: Cluster, deployed: Deployed, tmp_path: Path
) -> None:
    """With a wrong admin port each proxy is sampled as unanswered, and the log says the mend."""
    target = deployed[2].target.model_copy(update={"proxy_admin_port": 9902})
    with Observer(live_cluster, target, time.monotonic_ns(), tmp_path):
        found = _proxies(tmp_path, lambda seen: len({item.uid for item in seen}) >= PROXIES)
    assert not any(item.answered or item.upstreams for item in found)
    assert "set target.proxy_admin_port" in (tmp_path / "observe.log").read_text()


@pytest.mark.parametrize(("name", "status"), [("dead-port", 503), ("slow-model", 504)])
def test_a_sabotage_takes_effect_and_ends(
    live_cluster: Cluster,
    deployed: Deployed,
    body: bytes,
    *,
    name: str,
    status: int,
) -> None:
    """Answers turn bad in the sabotage's own way, without a restart, and good again after it."""
    *_, config = deployed
    before = live_cluster.pods(config.target.namespace, "")
    applied = workload.sabotage(
        live_cluster, config, name, body=body, golden=None, progress=PROGRESS
    )
    assert ask(live_cluster, config, body).status == status
    workload.undo_sabotage(
        live_cluster, config, name, applied, body=body, golden=None, progress=PROGRESS
    )
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
