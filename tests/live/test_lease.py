"""The lease against a real API server: a killed holder, real conflicts, a namespace that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from seatrial import lease, workload
from seatrial.cluster import ConflictError, NotFoundError
from seatrial.cluster.leases import delete_lease, read_lease, take_lease
from seatrial.lease import LeaseHeldError, LeaseLostError, Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from seatrial.cluster import Cluster

pytestmark = pytest.mark.cluster
NAMESPACE = "leased"
#: The shipped terms, five times as fast.
TERMS = Terms(duration_s=3, renew_s=1.0, give_up_s=2.0, again_s=0.2, look_s=0.2)
#: Holds the lease until it is killed.
HOLDER = """
import sys, threading
from pathlib import Path
from seatrial import lease
from seatrial.cluster import connect
cluster = connect(kubeconfig=Path(sys.argv[1]), context=sys.argv[2])
terms = lease.Terms(duration_s=3, renew_s=1.0, give_up_s=2.0, again_s=0.2, look_s=0.2)
held = lease.acquire(cluster, sys.argv[3], "another", wait_s=0, say=print, terms=terms)
print("held", flush=True)
threading.Event().wait(60)
"""


@pytest.fixture
def namespace(host: Cluster) -> Iterator[str]:
    """Make the namespace as a trial does; it is gone afterwards."""
    workload.make_namespace(host, NAMESPACE, "a test")
    yield NAMESPACE
    workload.remove_if_fresh(host, NAMESPACE)


def _acquire(
    host: Cluster, wait_s: float, say: Callable[[str], None] = lambda _: None
) -> lease.HeldLease:
    return lease.acquire(host, NAMESPACE, "me", wait_s=wait_s, say=say, terms=TERMS)


def test_a_killed_holders_lease_runs_out(host: Cluster, namespace: str, tmp_path: Path) -> None:
    """While it lives nobody gets it; killed, it is waited for as long as its lease lasts."""
    script = tmp_path / "holder.py"
    script.write_text(HOLDER, encoding="utf-8")
    arguments = [str(script), str(host.kubeconfig), host.context, namespace]
    with ExitStack() as undo:
        other = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)
        undo.callback(other.wait, 10)
        undo.callback(other.kill)
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LeaseHeldError, match="another"):
            _acquire(host, wait_s=2 * TERMS.duration_s)
        os.kill(other.pid, signal.SIGKILL)
        killed, said = time.monotonic(), list[str]()
        held = _acquire(host, 30, said.append)
        waited = time.monotonic() - killed
        other.stdout.close()
    assert TERMS.duration_s - TERMS.renew_s <= waited < TERMS.duration_s + 3
    assert "waiting for another" in said[0]
    held.confirm()
    assert held.release() == ""
    with pytest.raises(NotFoundError):
        read_lease(host, namespace, lease.NAME)


def test_every_write_hits_the_version_that_was_read(host: Cluster, namespace: str) -> None:
    """Of two that saw the same lease one takes it; its former holder can't delete it any more."""
    held = _acquire(host, 0)
    seen = read_lease(host, namespace, lease.NAME)
    taken = take_lease(host, seen, holder="another", duration_s=3)
    with pytest.raises(ConflictError):
        take_lease(host, seen, holder="a third", duration_s=3)
    with pytest.raises(ConflictError):
        delete_lease(host, seen)
    with pytest.raises(LeaseLostError, match="another has it"):
        held.confirm()
    assert held.release() == ""
    assert read_lease(host, namespace, lease.NAME) == taken
    delete_lease(host, taken)


def test_a_namespace_that_ends_takes_its_lease_along(host: Cluster, namespace: str) -> None:
    """Until it is gone nobody gets one in it; an empty one that was made for a trial is removed."""
    held = _acquire(host, 0)
    assert workload.is_fresh(host, namespace)
    text = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"mine"}}'
    where = f"--namespace={namespace}"
    host.kubectl("create", where, "-f", "-", stdin=text, timeout_s=10)
    assert not workload.is_fresh(host, namespace)
    workload.remove_if_fresh(host, namespace)
    held.confirm()
    host.kubectl("delete", "configmap", "mine", where, timeout_s=10)
    host.kubectl("delete", "namespace", namespace, "--wait=false", timeout_s=10)
    with pytest.raises(NotFoundError):
        lease.acquire(host, namespace, "another", wait_s=30, say=lambda _: None, terms=TERMS)
    assert held.release() == ""
