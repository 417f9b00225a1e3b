"""Ways to make the target bad while a trial of it is recorded, each with its undo."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError
from seatrial.workload.sabotage import TOUCH

from .hanging import REPLICAS, hang

if TYPE_CHECKING:
    from contextlib import ExitStack

    from seatrial.cluster import Pod
    from seatrial.config import Config

    from .stage import Stage

PROXIES = "app.kubernetes.io/name=seldon-envoy"
CALL_S = 30.0


def altered(config: Config, folder: Path, old: str, new: str) -> Config:
    """Return the configuration of a deployment whose proxies' envoy.yaml says ``new``."""
    overlay = config.path(config.target.overlay)
    text = config.path(Path("k8s/overlays/production/envoy.yaml")).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in envoy.yaml"
    folder.mkdir()
    (folder / "envoy.yaml").write_text(text.replace(old, new), encoding="utf-8")
    (folder / "kustomization.yaml").write_text(
        f"""
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: {config.target.namespace}
resources: [{os.path.relpath(overlay, folder.resolve())}]
configMapGenerator:
  - {{name: seldon-envoy, behavior: replace, files: [envoy.yaml]}}
""",
        encoding="utf-8",
    )
    return config.model_copy(
        update={"target": config.target.model_copy(update={"overlay": folder})}
    )


def wrong_split(config: Config, folder: Path) -> Config:
    """Deploy proxies that send half, not 30 in 100, to the enhanced arm."""
    return altered(config, folder / "overlay", "numerator: 30,", "numerator: 50,")


def before_the_scaling(config: Config, _: Path) -> Config:
    """Deploy the state before the scaling: one replica of 100m, nothing autoscaled."""
    update = {"overlay": Path("k8s/base"), "autoscaler": None, "replicas_min": 1}
    return config.model_copy(
        update={"target": config.target.model_copy(update=update | {"ready_deadline_s": 600.0})}
    )


def declared_otherwise(config: Config, _: Path) -> Config:
    """Judge what is there by a configuration whose autoscaler may go up to 8, not to 10."""
    update = {"manage": False, "replicas_max": 8}
    return config.model_copy(update={"target": config.target.model_copy(update=update)})


def quick_503s(stage: Stage, undo: ExitStack) -> None:
    """Let the proxies answer 503 at once for one arm, 30 in 100: it may have none under way."""
    none = "circuit_breakers: {thresholds: [{max_requests: 0}]}"
    _with_clusters(stage, undo, {"circuit_breakers: *bounded": none})


def refusing_address(stage: Stage, undo: ExitStack) -> None:
    """Give the proxies a fourth address that refuses all, and let them leave none out for it.

    It is never busy: most requests go there first, and each has its one more attempt elsewhere.
    """
    outlier = "consecutive_local_origin_failure: 2"
    replicas = "socket_address: {address: mlserver, port_value: 8080}"
    changes = {
        outlier: f"{outlier}\n      enforcing_{outlier[:-1]}0",
        replicas: f"""{replicas}
            - endpoint:
                address:
                  socket_address: {{address: 127.0.0.1, port_value: 1}}
                health_check_config: {{disable_active_health_check: true}}""",
    }
    _with_clusters(stage, undo, changes)


def _with_clusters(stage: Stage, undo: ExitStack, changes: dict[str, str]) -> None:
    """Give the proxies a clusters.yaml with these changes before anything is judged."""
    file = stage.config.path(Path("k8s/overlays/production/clusters.yaml"))
    bad = good = file.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert good.count(old) == 1, f"{old!r} stands {good.count(old)} times in {file}"
        bad = bad.replace(old, new)
    stage.until("settle", 0.5)
    undo.callback(_set_clusters, stage, good)
    _set_clusters(stage, bad)


def _set_clusters(stage: Stage, text: str) -> None:
    """Give the proxies another clusters.yaml; touched, their kubelet brings it at once."""
    where = f"--namespace={stage.namespace}"
    patch = json.dumps({"data": {"clusters.yaml": text}})
    what = ("configmap", "seldon-envoy-clusters", where, f"--patch={patch}")
    stage.cluster.kubectl("patch", *what, timeout_s=CALL_S)
    touch = (where, f"--selector={PROXIES}", "--overwrite", f"{TOUCH}={time.time_ns()}")
    stage.cluster.kubectl("annotate", "pods", *touch, timeout_s=CALL_S)


def starved_replica(stage: Stage, undo: ExitStack) -> None:
    """Cut one replica's CPU, in place, to less than its share of the work takes."""
    stage.until("settle", 1.0)
    pod = stage.cluster.pods(stage.namespace, REPLICAS)[0]
    (container,) = pod.containers
    undo.callback(_resize, stage, pod, container.cpu_request_m, container.cpu_limit_m)
    # The request stays below the limit: resizing may not change the pod's class.
    _resize(stage, pod, 39, 40)


def _resize(stage: Stage, pod: Pod, request_m: float | None, limit_m: float | None) -> None:
    """Resize the pod, unless it has been replaced, and wait until the resize is in effect."""
    if pod.uid not in {item.uid for item in stage.cluster.pods(stage.namespace, REPLICAS)}:
        return
    cpu = f'{{"requests": {{"cpu": "{request_m:g}m"}}, "limits": {{"cpu": "{limit_m:g}m"}}}}'
    patch = f'{{"spec": {{"containers": [{{"name": "mlserver", "resources": {cpu}}}]}}}}'
    where = (pod.name, f"--namespace={stage.namespace}", "--subresource=resize")
    stage.cluster.kubectl("patch", "pod", *where, f"--patch={patch}", timeout_s=CALL_S)
    end = time.monotonic() + CALL_S
    while stage.cluster.pod(stage.namespace, pod.name).containers[0].cpu_limit_m != limit_m:
        assert time.monotonic() < end, f"{pod.name} was not resized to {limit_m}"
        time.sleep(0.5)


def nothing_comes_back(stage: Stage, undo: ExitStack) -> None:
    """Let no successor find a node, and hang the other replicas once one has been killed."""
    node = f"seatrial-{stage.cluster.name}"
    stage.until("baseline", 5.0)
    undo.callback(stage.cluster.kubectl, "uncordon", node, timeout_s=CALL_S)
    stage.cluster.kubectl("cordon", node, timeout_s=CALL_S)
    stage.until("fault", 5.0)
    hang(stage, undo)


def no_successor(stage: Stage, undo: ExitStack) -> None:
    """Forbid any further pod, so that the controller can't undo the kill."""
    where = ("seatrial-no-pods", f"--namespace={stage.namespace}")
    stage.until("settle", 0.5)
    undo.callback(_allow_pods, stage, where)
    stage.cluster.kubectl("create", "quota", *where, "--hard=pods=1", timeout_s=CALL_S)


def _allow_pods(stage: Stage, where: tuple[str, ...]) -> None:
    """Remove the quota; touched, the workload's controller tries again now, not in a minute."""
    stage.cluster.kubectl("delete", "quota", *where, "--ignore-not-found", timeout_s=CALL_S)
    target = stage.config.target
    touch = ("annotate", target.workload_kind.lower(), target.workload, where[1])
    for value in ("seatrial.dev/touched=now", "seatrial.dev/touched-"):
        stage.cluster.kubectl(*touch, value, timeout_s=CALL_S)


def hpa_bounds(stage: Stage, undo: ExitStack) -> None:
    """Lower the autoscaler's maximum from 10 to 4 behind its back."""
    stage.until("baseline", 5.0)
    undo.callback(_set_maximum, stage, 10)
    _set_maximum(stage, 4)


def _set_maximum(stage: Stage, replicas: int) -> None:
    where = (str(stage.config.target.autoscaler), f"--namespace={stage.namespace}")
    patch = f'--patch={{"spec": {{"maxReplicas": {replicas}}}}}'
    found = stage.cluster.autoscaler(stage.namespace, where[0])
    if found.max_replicas != replicas:
        stage.cluster.kubectl("patch", "hpa", *where, patch, timeout_s=CALL_S)


def second_writer(stage: Stage, _: ExitStack) -> None:
    """Scale the workload by hand; its autoscaler has the last word, and that undoes it."""
    stage.until("baseline", 5.0)
    target = stage.config.target
    what = f"{target.workload_kind.lower()}/{target.workload}"
    where = (what, f"--namespace={stage.namespace}", "--replicas=2")
    stage.cluster.kubectl("scale", *where, timeout_s=CALL_S)


def no_metrics(stage: Stage, undo: ExitStack) -> None:
    """Take the metrics server away, which the autoscaler measures by."""
    stage.until("settle", 0.5)
    undo.callback(_metrics_servers, stage, 1)
    _metrics_servers(stage, 0)


def _metrics_servers(stage: Stage, replicas: int) -> None:
    where = ("deployment/metrics-server", "--namespace=kube-system", f"--replicas={replicas}")
    stage.cluster.kubectl("scale", *where, timeout_s=CALL_S)


def node_is_free(stage: Stage) -> bool:
    """Tell whether nothing of the sabotages above is left outside the workload's own objects."""
    kubectl = stage.cluster.kubectl
    try:
        node = kubectl("get", "nodes", "-o", "jsonpath={..unschedulable}", timeout_s=CALL_S)
        quotas = kubectl("get", "quota", "-n", stage.namespace, "-o", "name", timeout_s=CALL_S)
        where = ("--namespace=kube-system", "-o", "jsonpath={.status.readyReplicas}")
        metrics = kubectl("get", "deployment", "metrics-server", *where, timeout_s=CALL_S)
    except ClusterError:
        return False
    return not node and not quotas and metrics == "1"
