"""A real embedded cluster for the tests of this folder that need one, down again at the end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from seatrial import undo
from seatrial.cluster import Cluster, connect, embedded
from seatrial.cluster.embedded import images
from seatrial.progress import LineProgress
from tests.cluster.conftest import kubeconfig, loopback

from .made_overlays import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "workload-test"

__all__ = ["kubeconfig", "live_cluster", "loopback"]


@pytest.fixture(scope="session")
def live_cluster() -> Iterator[Cluster]:
    """Return an embedded cluster with the workload's images; it ends with this process."""
    progress = LineProgress()
    tars = images.build_all(progress)
    try:
        embedded.up(NAME, images=tars, owner_pid=os.getpid(), progress=progress)
        with connect(kubeconfig=None, context=None, embedded=NAME) as cluster:
            yield cluster
    finally:
        embedded.down(NAME, progress=progress)


@pytest.fixture
def empty(live_cluster: Cluster) -> Iterator[Cluster]:
    """Return the cluster without the tests' namespace, and remove it afterwards."""
    yield live_cluster
    live_cluster.kubectl(
        "delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait", timeout_s=60
    )
    for item in undo.left(live_cluster, NAMESPACE):
        undo.forget(live_cluster, item.record)
