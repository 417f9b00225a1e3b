"""What is planted in a real cluster is named by the attestation; taken away, all is as before."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from typer.testing import CliRunner

from seatrial.attestation import differences, settled, settled_as, snapshot
from seatrial.attestation.snapshot import read
from seatrial.cli import app
from seatrial.errors import EXIT_FAIL, EXIT_PASS
from tests.attestation.saved import FILE, MANIFEST, NAMESPACE, TARGET, save, saved

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.timeline import Snapshot

pytestmark = pytest.mark.cluster
RECORD = '{"metadata": {"name": "left", "labels": {"seatrial.dev/undo": "1"}}}'
POD = '{"metadata": {"name": "stray", "labels": {"seatrial.dev/owned": "1"}}}'
LIMIT = '{"spec": {"containers": [{"name": "main", "resources": {"limits": {"cpu": "70m"}}}]}}'
#: What is planted, what takes it away, and the path that names it. NODE stands for the node.
PLANTS = (
    ("label statefulset model planted=yes", "label statefulset model planted-", "labels.planted"),
    (
        "annotate service clients seatrial.dev/left=1",
        "annotate service clients seatrial.dev/left-",
        "Service clients: annotations[seatrial.dev/left]",
    ),
    (
        "taint node NODE planted=yes:PreferNoSchedule",
        "taint node NODE planted-",
        "taints.planted:PreferNoSchedule",
    ),
    ("cordon NODE", "uncordon NODE", "unschedulable"),
    (
        "scale deployment metrics-server --replicas=0 --namespace=kube-system",
        "scale deployment metrics-server --replicas=1 --namespace=kube-system",
        "Deployment metrics-server in kube-system: replicas",
    ),
)


@pytest.fixture(scope="module")
def attested(workload: Cluster) -> tuple[Cluster, Snapshot]:
    """Apply one of everything; return the cluster and its snapshot once all is Ready."""
    pods = json.loads(workload.kubectl("get", "pods", "-n", "live", "-ojson", timeout_s=10))
    image = pods["items"][0]["spec"]["containers"][0]["image"]
    text = MANIFEST.read_text(encoding="utf-8").replace("IMAGE", image)
    workload.kubectl("apply", "--server-side", "-f", "-", stdin=text, timeout_s=30)
    before = settled(workload, TARGET, deadline_s=60)
    assert {pods.facts["ready"] for pods in before.pods} == {"True"}
    return workload, before


def test_the_saved_objects_are_a_live_clusters(
    attested: tuple[Cluster, Snapshot], tmp_path: Path
) -> None:
    """What the other tests plant in has the fields that a cluster has: else it is old."""
    cluster, before = attested
    anew = tmp_path / FILE.name
    save(read(cluster, TARGET).objects, anew)
    assert _paths(saved().snapshot()) == _paths(before), f"cp {anew} {FILE}"


def _paths(found: Snapshot) -> set[str]:
    """Return what is attested of what, the node's name and labels apart: they are the machine's."""
    objects = {(name.split()[0], path) for name, facts in found.objects.items() for path in facts}
    pods = {(item.owner, path) for item in found.pods for path in item.facts}
    return {
        f"{who}: {path}"
        for who, path in objects | pods
        if not (who == "Node" and path.startswith("labels"))
    }


def test_what_is_planted_is_named_and_then_gone(
    attested: tuple[Cluster, Snapshot], until: Callable[..., Any]
) -> None:
    """Each of a dozen leftovers is named; once they are taken away, nothing differs."""
    cluster, before = attested
    with ExitStack() as undo:
        expected = _plant(cluster, undo)
        expected |= _plant_in_node(cluster, undo)

        def missing() -> set[str]:
            found = [
                str(item) for item in differences(before, snapshot(cluster, TARGET, before.salt))
            ]
            return {path for path in expected if not any(path in line for line in found)}

        until(missing, lambda left: not left, 20)
    assert differences(before, settled_as(cluster, TARGET, before)) == ()


def _plant(cluster: Cluster, undo: ExitStack) -> set[str]:
    node = json.loads(cluster.kubectl("get", "nodes", "-ojson", timeout_s=10))["items"][0]

    def call(text: str, *more: str, stdin: str | None = None) -> None:
        words = text.replace("NODE", node["metadata"]["name"]).split()
        where = () if "--namespace=kube-system" in words else (f"--namespace={NAMESPACE}",)
        cluster.kubectl(*words, *more, *where, stdin=stdin, timeout_s=20)

    for plant, take_away, _ in PLANTS:
        undo.callback(call, take_away)
        call(plant)
    image = cluster.pods(NAMESPACE, "app=model")[0].containers[0].image
    pod = {**json.loads(POD), "spec": {"containers": [{"name": "main", "image": image}]}}
    pod["spec"]["terminationGracePeriodSeconds"] = 0
    for kind, body in (("ConfigMap", json.loads(RECORD)), ("Pod", pod)):
        name = body["metadata"]["name"]
        undo.callback(call, f"delete {kind} {name} --ignore-not-found --wait=false")
        call("create -f -", stdin=json.dumps({"apiVersion": "v1", "kind": kind, **body}))
    undo.callback(call, "patch pod model-0 --subresource=resize -p", LIMIT.replace("70m", "100m"))
    call("patch pod model-0 --subresource=resize -p", LIMIT)
    return {path for _, _, path in PLANTS} | {
        "ConfigMap left: was absent",
        "pods of nobody (stray): was 0, is 1",
        "1 of 2 pods of StatefulSet model: spec.containers[main].resources.limits.cpu",
        "1 of 2 pods of StatefulSet model: effective.main.limits.cpu: was 100m, is 70m",
    }


def _plant_in_node(cluster: Cluster, undo: ExitStack) -> set[str]:
    """Stop a replica's process and add a table of rules, both inside the node alone."""
    assert cluster.node_pid is not None
    [victim] = [pod for pod in cluster.pods(NAMESPACE, "app=front") if pod.ready]
    inside = psutil.Process(cluster.node_pid).children(recursive=True)
    pod_processes = [item for item in inside if victim.uid in _cgroup(item.pid)]
    assert pod_processes
    for item in pod_processes:
        undo.callback(os.kill, item.pid, signal.SIGCONT)
        os.kill(item.pid, signal.SIGSTOP)
    nft = ["nsenter", "--target", str(cluster.node_pid), "--net", "nft"]
    undo.callback(subprocess.run, [*nft, "delete", "table", "inet", "seatrial_left"], check=True)
    subprocess.run([*nft, "add", "table", "inet", "seatrial_left"], check=True, timeout=10)
    return {f"of pod {victim.name}: was absent, is ", "packet rules inet seatrial_left"}


def _cgroup(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:  # noqa: PTH123 -- one line
            return file.read()
    except OSError:
        return ""


def test_the_command_line_tells_what_differs(
    attested: tuple[Cluster, Snapshot], tmp_path: Path
) -> None:
    """Equal is exit code 0; a label that was left is named with 1; taken away, all is equal."""
    cluster, _ = attested
    settings, file = tmp_path / "seatrial.toml", tmp_path / "before.json"
    target = TARGET.model_dump(mode="json", include=set(TARGET.model_fields_set))
    lines = [f"{key} = {json.dumps(value)}" for key, value in target.items()]
    text = "\n".join([f'[cluster]\nembedded = "{cluster.name}"\n[target]', *lines])
    settings.write_text(text, encoding="utf-8")

    def attest(command: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["attest", command, str(file), f"--config={settings}"])
        return done.exit_code, done.stdout

    code, said = attest("snapshot")
    assert (code, "synthetic" in file.read_text(encoding="utf-8")) == (EXIT_PASS, False), said
    assert attest("compare")[0] == EXIT_PASS
    where = f"--namespace={NAMESPACE}"
    cluster.kubectl("label", "service", "clients", "left=yes", where, timeout_s=20)
    try:
        assert attest("compare") == (
            EXIT_FAIL,
            "Service clients: labels.left: was absent, is yes\n",
        )
    finally:
        cluster.kubectl("label", "service", "clients", "left-", where, timeout_s=20)
    code, said = attest("compare")
    assert (code, said.startswith("equal: ")) == (EXIT_PASS, True)
