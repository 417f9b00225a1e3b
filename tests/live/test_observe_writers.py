"""Observing who writes a real workload: a second writer, a change of an object, its end."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from seatrial import timeline
from seatrial.observe import Observer, instruments
from tests import healthy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.config import Target
    from seatrial.timeline import ObjectSample, Timeline

pytestmark = pytest.mark.cluster


def _read(directory: Path) -> Timeline:
    timeline.save_part(directory, "plan.json", healthy.plan())
    return timeline.load(directory)


def _last(directory: Path, kind: str) -> ObjectSample | None:
    found = [
        item for item in _read(directory).objects if (item.kind, item.name) == (kind, "target")
    ]
    return found[-1] if found else None


def _gone(directory: Path, kind: str) -> bool:
    last = _last(directory, kind)
    return last is not None and last.gone


def test_a_second_writer_is_known_by_its_name(
    cluster: Cluster, target: Target, tmp_path: Path, until: Callable[..., Any]
) -> None:
    """Scaled by hand, the workload's samples name kubectl; a changed Service is another digest."""
    where = f"--namespace={target.namespace}"
    patch = '--patch={"spec": {"sessionAffinity": "%s"}}'
    assert "objects" in instruments(cluster, target)
    with Observer(cluster, target, time.monotonic_ns(), tmp_path):
        before = until(lambda: _last(tmp_path, "Service"), bool)
        first = until(lambda: _read(tmp_path).workload, bool)[0]
        try:
            cluster.kubectl("scale", "statefulset/target", where, "--replicas=4", timeout_s=30)
            until(
                lambda: _read(tmp_path).workload[-1].replicas_writer,
                lambda name: name.startswith("kubectl"),
            )
            cluster.kubectl(
                "patch", "service", before.name, where, patch % "ClientIP", timeout_s=30
            )
            after = until(
                lambda: _last(tmp_path, "Service"), lambda seen: seen.digest != before.digest
            )
        finally:
            cluster.kubectl("patch", "service", before.name, where, patch % "None", timeout_s=30)
            cluster.kubectl("scale", "statefulset/target", where, "--replicas=3", timeout_s=30)
    last = _read(tmp_path).workload[-1]
    assert (last.spec_digest, last.gone) == (first.spec_digest, False)
    assert after.writer.startswith("kubectl")
    assert after.uid == before.uid


def test_a_deleted_workload_is_sampled_as_gone(
    cluster: Cluster, target: Target, tmp_path: Path, until: Callable[..., Any]
) -> None:
    """Deleted and its replicas left, it is gone in each round, by its watcher and among objects."""
    where = f"--namespace={target.namespace}"
    raw = json.loads(
        cluster.kubectl("get", "statefulset/target", where, "--output=json", timeout_s=30)
    )
    back = {name: raw[name] for name in ("apiVersion", "kind", "spec")}
    back["metadata"] = {"name": "target", "namespace": target.namespace}
    with Observer(cluster, target, time.monotonic_ns(), tmp_path):
        until(lambda: _read(tmp_path).workload, bool)
        try:
            what = ("statefulset/target", where, "--cascade=orphan")
            cluster.kubectl("delete", *what, timeout_s=30)
            until(lambda: sum(item.gone for item in _read(tmp_path).workload), lambda n: n >= 2)
            until(lambda: _gone(tmp_path, "StatefulSet"), bool)
        finally:
            manifest = json.dumps(back)
            cluster.kubectl("apply", "--server-side", "-f", "-", stdin=manifest, timeout_s=30)
        until(lambda: _read(tmp_path).workload[-1].gone, lambda gone: not gone)
