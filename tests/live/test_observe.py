"""Observing a real workload: every change is in the files, and silence is visible in them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seatrial import timeline
from seatrial.cluster import writing
from seatrial.observe import Observer
from seatrial.priority import real_time
from seatrial.timeline import Plan, ScalingPolicy, ScalingRules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.config import Target
    from seatrial.timeline import Timeline

pytestmark = pytest.mark.cluster
S = 1_000_000_000
PARTS = ("replicas", "endpoints", "autoscaler", "workload")
ALONE = """
import sys, time
from pathlib import Path
from seatrial.cluster import connect
from seatrial.config import Target
from seatrial.observe import Observer
target = Target.model_validate_json(sys.argv[3])
cluster = connect(kubeconfig=Path(sys.argv[1]), context=sys.argv[2])
with Observer(cluster, target, time.monotonic_ns(), Path(sys.argv[4])):
    time.sleep(120)
"""


def _read(directory: Path) -> Timeline:
    plan = Plan(
        *("trial", "scenario", 1.0, "constant", 1, 1, 1.0, 1.0, (), (), (), 3, 10, "", "", ""),
        epoch_monotonic_ns=0,
    )
    timeline.save_part(directory, "plan.json", plan)
    return timeline.load(directory)


def _samples(directory: Path) -> list[int]:
    recorded = _read(directory)
    return [len(getattr(recorded, part)) for part in PARTS]


def test_its_threads_are_raised_where_that_is_allowed(
    cluster: Cluster, target: Target, tmp_path: Path, until: Callable[..., Any]
) -> None:
    """Replicas that start on the same cores must not blind an instrument."""
    with real_time():
        allowed = os.sched_getscheduler(0)
    with Observer(cluster, target, time.monotonic_ns(), tmp_path):
        own = [item for item in threading.enumerate() if item.name.startswith("observe ")]
        assert len(own) >= len(PARTS)
        until(
            lambda: {os.sched_getscheduler(item.native_id or 0) for item in own},
            lambda policies: policies == {allowed},
        )


def test_a_killed_replica_is_seen(
    cluster: Cluster, target: Target, tmp_path: Path, until: Callable[..., Any]
) -> None:
    """A kill shows as Ready, gone, and another UID Ready again; endpoints lose and regain it."""
    victim = cluster.pod(target.namespace, "target-0")
    with Observer(cluster, target, time.monotonic_ns(), tmp_path):
        until(lambda: all(_samples(tmp_path)), bool)
        writing.delete(cluster, "Pod", target.namespace, victim.name, uid=victim.uid, grace_s=0)
        until(
            lambda: _read(tmp_path).replicas,
            lambda seen: (
                seen[-1].name == victim.name and seen[-1].ready and seen[-1].uid != victim.uid
            ),
        )
        until(
            lambda: _read(tmp_path).endpoints,
            lambda seen: len({len(item.ready) for item in seen}) == 2 and len(seen[-1].ready) == 3,
        )
    own = [item for item in _read(tmp_path).replicas if item.name == victim.name]
    first = [item for item in own if item.uid == victim.uid]
    assert (first[0].ready, first[0].gone) == (True, False)
    assert (first[-1].ready, first[-1].gone) == (False, True)
    assert (tmp_path / "observe.log").read_text() == ""


def test_an_autoscaler_is_seen_with_its_rules_and_its_end(
    cluster: Cluster, target: Target, tmp_path: Path, until: Callable[..., Any]
) -> None:
    """Its target and rules are in the samples; deleted, it is sampled as gone, round after round.

    Back again, it is no longer gone.
    """
    manifest = cluster.kubectl(
        "-n", target.namespace, "get", "hpa/target-hpa", "--output=json", timeout_s=10
    )
    kept = {name: json.loads(manifest)[name] for name in ("apiVersion", "kind", "spec")}
    own = {"metadata": {"name": "target-hpa", "namespace": target.namespace}}
    with Observer(cluster, target, time.monotonic_ns(), tmp_path):
        until(lambda: _read(tmp_path).autoscaler, bool)
        try:
            cluster.kubectl("-n", target.namespace, "delete", "hpa/target-hpa", timeout_s=30)
            until(lambda: sum(item.gone for item in _read(tmp_path).autoscaler), lambda n: n >= 3)
        finally:
            back = json.dumps(kept | own)
            cluster.kubectl("apply", "--server-side", "-f", "-", stdin=back, timeout_s=30)
        until(lambda: _read(tmp_path).autoscaler[-1].gone, lambda gone: not gone)
    first = _read(tmp_path).autoscaler[0]
    assert (first.cpu_target_percent, first.gone) == (70, False)
    assert first.scale_up == ScalingRules(
        0, "Max", (ScalingPolicy("Pods", 4, 15), ScalingPolicy("Percent", 100, 15)), 0.1
    )
    assert first.scale_down is not None
    assert first.scale_down.stabilization_s == 300


def test_nothing_is_silent(
    cluster: Cluster, target: Target, tmp_path: Path, until: Callable[..., Any]
) -> None:
    """Each instrument gives samples at least every 6 s, in their order, though nothing changes."""
    with Observer(cluster, target, time.monotonic_ns(), tmp_path):
        until(
            lambda: [item.at_ns for item in _read(tmp_path).workload],
            lambda at: at and at[-1] > 11 * S,
        )
    recorded = _read(tmp_path)
    for part in PARTS:
        instants = [0, *(item.at_ns for item in getattr(recorded, part)), 11 * S]
        assert instants[:-1] == sorted(instants[:-1]), part
        assert max(later - sooner for sooner, later in pairwise(instants)) < 6 * S, part


def test_a_failing_watcher_is_told_and_the_others_go_on(
    cluster: Cluster, target: Target, tmp_path: Path, until: Callable[..., Any]
) -> None:
    """A workload that is not there is named in observe.log; other instruments give samples."""
    absent = target.model_copy(update={"workload": "absent"})
    with Observer(cluster, absent, time.monotonic_ns(), tmp_path):
        until((tmp_path / "observe.log").read_text, lambda text: text.count("absent") >= 2)
        until(lambda: _read(tmp_path), lambda it: bool(it.endpoints and it.autoscaler))
    assert _read(tmp_path).replicas == ()


def test_stopping_ends_every_watcher(
    cluster: Cluster, target: Target, tmp_path: Path, until: Callable[..., Any]
) -> None:
    """After a stop nothing is written any more, and stopping again is harmless."""
    observer = Observer(cluster, target, time.monotonic_ns(), tmp_path)
    observer.start()
    until(lambda: all(_samples(tmp_path)), bool)
    started = time.monotonic()
    observer.stop()
    assert time.monotonic() - started < 20
    sizes = _samples(tmp_path)
    observer.stop()
    assert sizes == _samples(tmp_path)


def test_a_kill_keeps_what_was_seen(
    cluster: Cluster, target: Target, tmp_path: Path, until: Callable[..., Any]
) -> None:
    """SIGKILL of the observing process leaves whole samples behind."""
    arguments = [str(cluster.kubeconfig), cluster.context, target.model_dump_json(), str(tmp_path)]
    with subprocess.Popen([sys.executable, "-c", ALONE, *arguments]) as process:
        try:
            until(lambda: (tmp_path / "workload.jsonl").exists() and _read(tmp_path).replicas, bool)
        finally:
            process.send_signal(signal.SIGKILL)
    assert len({item.uid for item in _read(tmp_path).replicas}) == 3
    assert np.array(_read(tmp_path).requests).size == 0
