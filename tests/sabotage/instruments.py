"""Ways to lose an instrument while it records a trial, each with its undo."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import psutil
import yaml

from seatrial.cluster import ConflictError, connect, leases
from seatrial.lease import NAME
from seatrial.rights import RULES, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import ExitStack
    from pathlib import Path

    from seatrial.config import Config

    from .stage import Stage

    #: A group of the API, a resource and a verb.
    Right = tuple[str, str, str]

OBSERVER = "sabotage-observer"
KUBECONFIG = "observer.json"
CALL_S = 30.0
#: A real-time loop on one core, with the pauses that the kernel's own limit for such loops needs.
HOG = """
import os, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    burst = time.monotonic() + 0.08
    while time.monotonic() < burst:
        pass
    time.sleep(0.02)
"""


def _load() -> psutil.Process:
    """Find the trial's load process among this process's own children."""
    children = psutil.Process().children(recursive=True)
    return next(child for child in children if "locust" in child.cmdline())


def killed_load(stage: Stage, _: ExitStack) -> None:
    """SIGKILL the load process in the middle of the baseline."""
    stage.until("baseline", 12.0)
    os.kill(_load().pid, signal.SIGKILL)


def starved_load(stage: Stage, undo: ExitStack) -> None:
    """Hold the load process on one core, and take four fifths of that core from it."""
    stage.until("baseline", 2.0)
    # The trial is not to starve with it: whoever holds it (this process's first thread) is raised.
    assert os.sched_getscheduler(os.getpid()) == os.SCHED_RR | os.SCHED_RESET_ON_FORK
    core = min(os.sched_getaffinity(0))
    load = _load()
    for thread in load.threads():
        os.sched_setaffinity(thread.id, {core})
    # It ends by itself, too: nothing is left if this process is killed.
    hog = subprocess.Popen([sys.executable, "-c", HOG, str(core), "20"])
    undo.callback(hog.wait, CALL_S)
    undo.callback(hog.kill)


def taken_lease(stage: Stage, undo: ExitStack) -> None:
    """Take the lease over, as another trial does whose clock went too fast, while a fault is on."""
    stage.until("fault", 2.0)
    end, taken = time.monotonic() + CALL_S, None
    while taken is None:
        found = leases.read_lease(stage.cluster, stage.namespace, NAME)
        try:
            taken = leases.take_lease(stage.cluster, found, holder="a sabotage", duration_s=15)
        except ConflictError:
            # Its holder renewed it between the two calls: that is another version.
            assert time.monotonic() < end, f"not taken over within {CALL_S:g} s"
    undo.callback(leases.delete_lease, stage.cluster, taken)


def observed_by_another(config: Config, folder: Path) -> Config:
    """Let the trial be held with an identity of its own, whose rights can be taken away."""
    with connect(embedded=config.cluster.embedded) as cluster:
        kubectl, namespace = cluster.kubectl, f"--namespace={config.target.namespace}"
        kubectl("apply", "-f", "-", stdin=json.dumps(_identity(config, ())), timeout_s=CALL_S)
        token = kubectl("create", "token", OBSERVER, namespace, timeout_s=CALL_S).strip()
        file = folder / KUBECONFIG
        file.write_text(_kubeconfig(cluster.kubeconfig, {"token": token}), encoding="utf-8")
        net = cluster.network_namespace
    choice = config.cluster.model_copy(
        update={"embedded": None, "kubeconfig": file, "context": OBSERVER}
    )
    return config.model_copy(
        update={
            "cluster": choice,
            "target": config.target.model_copy(update={"manage": False}),
            "load": config.load.model_copy(update={"network_namespace": net}),
            "fault": config.fault.model_copy(update={"allowed_context": OBSERVER}),
        }
    )


def cut_watchers(stage: Stage, undo: ExitStack) -> None:
    """Take the rights to see endpoints, autoscaler, replicas and proxies from the watchers."""
    cut = {"endpointslices", "horizontalpodautoscalers", "pods", "pods/proxy"}
    _cut(stage, undo, lambda resource, _: resource in cut)


def cut_workload(stage: Stage, undo: ExitStack) -> None:
    """Take the right to list and watch the workload from its watcher."""
    _cut(stage, undo, lambda resource, verb: resource == "statefulsets" and verb != "get")


def cut_objects(stage: Stage, undo: ExitStack) -> None:
    """Take the right to read Services and ConfigMaps: who changes them is not seen any more."""
    _cut(stage, undo, lambda resource, _: resource in {"services", "configmaps"})


def _cut(stage: Stage, undo: ExitStack, taken: Callable[[str, str], bool]) -> None:
    """Take rights at the baseline; the fault's own process has the administrator's by then."""
    stage.until("baseline", 1.0)
    file = stage.directory.parent / KUBECONFIG
    file.write_text(_kubeconfig(stage.cluster.kubeconfig, None), encoding="utf-8")
    undo.callback(_remove, stage)
    less = [
        (group, resource, verb)
        for group, resource in RESOURCES
        for verb in VERBS
        if taken(resource, verb)
    ]
    rights = json.dumps(_identity(stage.config, less))
    stage.cluster.kubectl("apply", "-f", "-", stdin=rights, timeout_s=CALL_S)


def _remove(stage: Stage) -> None:
    names = json.dumps(_identity(stage.config, ()))
    stage.cluster.kubectl("delete", "--ignore-not-found", "-f", "-", stdin=names, timeout_s=CALL_S)


VERBS = ("get", "list", "watch", "create", "update", "patch", "delete")
#: Groups and resources of everything that seatrial asks an API for.
RESOURCES = sorted({(rule.group, rule.resource) for part in Part for rule in RULES[part]})


def _identity(config: Config, less: Collection[Right]) -> dict[str, Any]:
    """Return the observer's account, its rights without those in ``less``, and their binding."""
    namespace = config.target.namespace
    rules = [
        {"apiGroups": [group], "resources": [resource], "verbs": verbs}
        for group, resource in RESOURCES
        if (verbs := [verb for verb in VERBS if (group, resource, verb) not in less])
    ]
    rbac = "rbac.authorization.k8s.io"
    name = {"name": OBSERVER}
    account = {"kind": "ServiceAccount", "name": OBSERVER, "namespace": namespace}
    return {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {
                "apiVersion": "v1",
                "kind": "ServiceAccount",
                "metadata": name | {"namespace": namespace},
            },
            {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": name, "rules": rules},
            {
                "apiVersion": f"{rbac}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": name,
                "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": OBSERVER},
                "subjects": [account],
            },
        ],
    }


def _kubeconfig(admin: Path, user: dict[str, str] | None) -> str:
    """Return a kubeconfig of the same cluster for ``user``; None: for its administrator."""
    raw = yaml.safe_load(admin.read_text(encoding="utf-8"))
    if user is not None:
        raw["users"] = [{"name": OBSERVER, "user": user}]
    context = {"cluster": raw["clusters"][0]["name"], "user": raw["users"][0]["name"]}
    raw["contexts"] = [{"name": OBSERVER, "context": context}]
    raw.pop("current-context", None)
    return json.dumps(raw)
