"""Which container is hit, how its end is proven, and when a CPU limit may be cut."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seatrial.fault import FaultError, containers, resizing, throttling
from seatrial.fault.containers import Instance
from seatrial.fault.restarts import OOM, proofs

OLD, NEW = "a" * 64, "b" * 64
BURSTABLE = {"requests": {"cpu": "165m"}, "limits": {"cpu": "1"}}
RUNNING = Instance(
    *("ml-1", "u1", "node", "mlserver", "image", OLD, "", True, 1),
    ended={},
    declared=BURSTABLE,
    effective=BURSTABLE,
    conditions={},
    pull_secrets=(),
    qos="Burstable",
    ip="10.244.0.7",
)
LATER = replace(
    RUNNING, id=NEW, restarts=2, ended={"containerID": OLD, "exitCode": 137, "reason": "Error"}
)


def _raw(*names: str, default: str = "", **state: object) -> dict[str, Any]:
    given = {"state": {"running": {}}, "containerID": f"containerd://{OLD}", "restartCount": 1}
    meta: dict[str, Any] = {"name": "ml-1", "uid": "u1"}
    if default:
        meta["annotations"] = {"kubectl.kubernetes.io/default-container": default}
    return {
        "metadata": meta,
        "spec": {"nodeName": "node", "containers": [{"name": name} for name in names]},
        "status": {"containerStatuses": [{"name": name, **given, **state} for name in names]},
    }


@pytest.mark.parametrize(
    ("raw", "wanted", "name"),
    [
        (_raw("mlserver"), "", "mlserver"),
        (_raw("agent", "mlserver"), "mlserver", "mlserver"),
        (_raw("agent", "mlserver", default="agent"), "", "agent"),
    ],
)
def test_the_container_is_the_one_that_was_meant(
    raw: dict[str, Any], wanted: str, name: str
) -> None:
    """By name, or the only one, or the one that the pod itself calls its default."""
    found = containers.of(raw, wanted)
    assert (found.name, found.id, found.restarts) == (name, OLD, 1)


@pytest.mark.parametrize("wanted", ["", "mlserver-2", "ml"])
def test_a_container_is_never_guessed(wanted: str) -> None:
    """Several and none named, or a name that none has: an error that lists them."""
    with pytest.raises(FaultError, match="agent, mlserver"):
        containers.of(_raw("agent", "mlserver"), wanted)


def test_a_container_that_waits_has_no_id() -> None:
    """Between two starts there is nothing to hit, though the status still names the old one."""
    found = containers.of(_raw("mlserver", state={"waiting": {"reason": "CrashLoopBackOff"}}), "")
    assert (found.id, found.waiting) == ("", "CrashLoopBackOff")


def _held(later: Instance | None, reason: str = "") -> list[bool]:
    return [item["held"] for item in proofs(RUNNING, later, reason)]


def test_a_killed_server_that_runs_again_is_proven() -> None:
    """Exit code 137 of this very container, and another one in the same pod."""
    assert _held(LATER) == [True, True]


@pytest.mark.parametrize(
    ("later", "held"),
    [
        (None, [False]),
        (RUNNING, [False, False]),
        (replace(LATER, ended={**LATER.ended, "exitCode": 0}), [False, True]),
        (replace(LATER, ended={**LATER.ended, "containerID": NEW}), [False, True]),
        (replace(LATER, id=""), [True, False]),
    ],
)
def test_what_is_no_kill_is_not_proven(later: Instance | None, held: list[bool]) -> None:
    """A pod that is gone, nothing new, a graceful end, another container's end, no restart yet."""
    assert _held(later) == held


def test_an_end_for_memory_is_called_so_by_the_runtime() -> None:
    """Exit code 137 alone may be anybody's kill."""
    assert _held(LATER, OOM) == [False, True]
    assert _held(replace(LATER, ended={**LATER.ended, "reason": OOM}), OOM) == [True, True]


def test_a_limit_can_be_cut_down_to_its_request() -> None:
    """Between request and limit; the old limit is given as the spec writes it."""
    assert resizing.cut(RUNNING, 200) == ("1", "200m")
    assert resizing.cut(RUNNING, 0) == ("1", "166m")


@pytest.mark.parametrize(
    ("instance", "cpu_m"),
    [
        (RUNNING, 165),
        (RUNNING, 1000),
        (replace(RUNNING, declared={"requests": {"cpu": "165m"}}), 200),
        (replace(RUNNING, declared={"limits": {"cpu": "1"}}, qos="Guaranteed"), 200),
    ],
)
def test_a_limit_that_cannot_be_cut_is_refused(instance: Instance, cpu_m: int) -> None:
    """At the request, not below the limit, no limit, or a class that may not change."""
    with pytest.raises(FaultError, match="SEATRIAL_FAULT_CPU_M"):
        resizing.cut(instance, cpu_m)


def _metrics(group: str, throttled: int) -> str:
    labels = f'container="",id="{group}",image="",name="",namespace="",pod=""'
    return "\n".join(
        [
            f"container_cpu_cfs_periods_total{{{labels}}} 100 1795614457180",
            f"container_cpu_cfs_throttled_periods_total{{{labels}}} {throttled} 1795614457180",
            f"container_cpu_cfs_throttled_seconds_total{{{labels}}} 1.5e+00 1795614457180",
            f"container_cpu_usage_seconds_total{{{labels}}} 1 1795614457180",
        ]
    )


POD = "12345678-0000-0000-0000-000000000001"
V1 = f"/seatrial/kubepods/burstable/pod{POD}"
SYSTEMD = f"/kubepods.slice/kubepods-burstable-pod{POD.replace('-', '_')}.slice"


@pytest.mark.parametrize(
    ("text", "throttled"),
    [
        (_metrics(f"{V1}/{OLD}", 7) + "\n" + _metrics(V1, 9), 7.0),
        (_metrics(f"{SYSTEMD}/cri-containerd-{OLD}.scope", 7), 7.0),
        (_metrics(V1, 9), 9.0),
        (_metrics(SYSTEMD, 9), 9.0),
        (_metrics(f"{V1}/{NEW}", 7), None),
        (_metrics("/kubepods", 9), None),
        ("", None),
    ],
)
def test_throttling_is_read_of_the_very_container(text: str, throttled: float | None) -> None:
    """Its own cgroup's counters, else its pod's, with either driver; never another's."""
    found = throttling.parse(text, OLD, POD)
    assert (found.throttled if found else None) == throttled


def test_what_was_counted_before_is_left_out() -> None:
    """Counters run from the container's start: only what came since proves the fault."""
    earlier = throttling.Throttling(90.0, 5.0, 1.0, 1795614000.0)
    found = throttling.parse(_metrics(V1, 9), OLD, POD)
    assert found is not None
    assert found.seen_at == 1795614457.18
    assert str(found.since(earlier)) == "throttled in 4 of 10 periods, 0.50 s"
