"""A pod's JSON as a value: what is Ready, why not, what is in effect."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster import Pod, parse_pods
from seatrial.cluster.quantity import mebibytes, millicores

Json = dict[str, Any]

META = {
    "name": "mlserver-0",
    "namespace": "ns",
    "uid": "u",
    "creationTimestamp": "2026-01-01T00:00:00Z",
}


def _pod(
    status: Json | None = None, meta: Json | None = None, container: Json | None = None
) -> Pod:
    spec = {"containers": [{"name": "mlserver", "image": "i", **(container or {})}]}
    return parse_pods.pod(
        {"metadata": {**META, **(meta or {})}, "spec": spec, "status": status or {}}
    )


def _conditions(**states: Json) -> list[Json]:
    return [{"type": kind, **value} for kind, value in states.items()]


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("500m", 500), ("2", 2000), ("0.1", 100), ("1500000n", 1), (None, None)],
)
def test_cpu_is_in_millicores(quantity: str | None, expected: int | None) -> None:
    """CPU quantities of every notation are whole millicores."""
    assert millicores(quantity) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("2Gi", 2048), ("512Mi", 512), ("1G", 953), ("1048576", 1), (None, None)],
)
def test_memory_is_in_mebibytes(quantity: str | None, expected: int | None) -> None:
    """Memory quantities of every notation are whole MiB."""
    assert mebibytes(quantity) == expected


def test_a_ready_pod_gives_no_reason() -> None:
    """A Ready pod is Ready, and says no reason why not."""
    pod = _pod(
        {
            "phase": "Running",
            "podIP": "10.244.0.5",
            "conditions": _conditions(Ready={"status": "True"}),
        }
    )
    assert (pod.ready, pod.unready_reason, pod.ip, pod.terminating) == (
        True,
        "",
        "10.244.0.5",
        False,
    )


def test_a_pod_without_status_is_not_ready() -> None:
    """A pod that no node has taken yet is not Ready and has no address."""
    pod = _pod()
    assert (pod.ready, pod.ip, pod.unready_reason) == (False, None, "no status yet")


@pytest.mark.parametrize(
    ("status", "meta", "words"),
    [
        (
            {
                "conditions": _conditions(
                    PodScheduled={
                        "status": "False",
                        "reason": "Unschedulable",
                        "message": "Insufficient cpu",
                    }
                )
            },
            {},
            "Unschedulable, Insufficient cpu",
        ),
        (
            {
                "containerStatuses": [
                    {
                        "name": "mlserver",
                        "restartCount": 4,
                        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    }
                ]
            },
            {},
            "mlserver: CrashLoopBackOff",
        ),
        (
            {"conditions": _conditions(Ready={"status": "False"})},
            {"deletionTimestamp": "x"},
            "Terminating",
        ),
        (
            {
                "conditions": _conditions(
                    Ready={"status": "False", "reason": "ContainersNotReady", "message": "mlserver"}
                )
            },
            {},
            "ContainersNotReady, mlserver",
        ),
    ],
)
def test_a_pod_says_why_it_is_not_ready(status: Json, meta: Json, words: str) -> None:
    """The reason is the first cause there is: scheduling, a container's state, the condition."""
    pod = _pod(status, meta)
    assert not pod.ready
    assert pod.unready_reason == words


def test_a_deleted_pod_is_terminating_even_while_ready() -> None:
    """A pod whose deletion was asked for is terminating, though it still answers."""
    pod = _pod({"conditions": _conditions(Ready={"status": "True"})}, {"deletionTimestamp": "x"})
    assert (pod.ready, pod.terminating) == (True, True)


def test_effective_resources_are_the_nodes() -> None:
    """Where the node says what is in effect, that counts, not what the spec asks for."""
    asked = {"resources": {"requests": {"cpu": "500m", "memory": "2Gi"}, "limits": {"cpu": "2"}}}
    effective = {"requests": {"cpu": "500m", "memory": "2Gi"}, "limits": {"cpu": "100m"}}
    status = {
        "name": "mlserver",
        "restartCount": 1,
        "ready": True,
        "imageID": "sha",
        "resources": effective,
    }
    squeezed = _pod({"containerStatuses": [status]}, container=asked).containers[0]
    assert (squeezed.cpu_request_m, squeezed.cpu_limit_m) == (500, 100)
    assert (squeezed.memory_request_mib, squeezed.memory_limit_mib) == (2048, None)
    assert _pod(container=asked).containers[0].cpu_limit_m == 2000


def test_the_environment_is_shown_without_secrets() -> None:
    """A variable that comes from elsewhere is named by its source, never read."""
    env = [
        {"name": "A", "value": "1"},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    ]
    assert _pod(container={"env": env}).containers[0].env == (
        ("A", "1"),
        ("B", "<from secretKeyRef>"),
    )
