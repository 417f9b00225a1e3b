"""Faults on one container of a real model server: each lands with evidence and is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import writing
from seatrial.fault.hand import OWNED
from seatrial.undo import left

from .conftest import costs, landed

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.config import Config

    from .conftest import Hold

pytestmark = [pytest.mark.cluster, pytest.mark.faults]
SECONDS = "20"

#: The most requests that may be lost of some 6,500 at 100/s, and why any are.
BOUNDS = {
    # Its socket is closed by the kernel: what is in flight is reset, and tried once more.
    "kill-server": 20,
    # One of four workers: what it was computing is lost, the server says so with a 500.
    "kill-worker": 5,
    # What is in flight waits in vain for its first attempt, and then has a second.
    "hang-replica": 60,
    "cut-off-replica": 60,
    # Slower, and one more attempt elsewhere.
    "squeeze-cpu": 60,
    "burn-cpu": 60,
    # As a killed server; and before that the kernel reclaims what it can, which takes time.
    "squeeze-memory": 60,
}


@pytest.mark.parametrize("kind", sorted(BOUNDS))
def test_it_lands_and_is_undone(hold: Hold, cluster: Cluster, config: Config, kind: str) -> None:
    """All evidence held, the same pod is there, nothing is left, and few requests were lost."""
    found = hold(kind, SEATRIAL_FAULT_S=SECONDS)
    window = landed(found)
    assert [item.uid_before == item.uid_after for item in window.targets] == [True]
    namespace = config.target.namespace
    assert left(cluster, namespace) == ()
    assert writing.listed(cluster, "Pod", namespace, f"{OWNED}=true") == []
    seen = costs(found)
    assert seen.errors + seen.timeouts + seen.unsent <= BOUNDS[kind]
