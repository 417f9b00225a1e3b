"""What of a fault is left in a node: seen in real processes, without a node."""

from __future__ import annotations

import os
import signal
import subprocess

import psutil
import pytest

from seatrial.cluster.embedded import leftovers
from seatrial.errors import SeatrialError


def test_a_stopped_process_is_found_until_it_goes_on() -> None:
    """A process below the given one that was stopped is named; going on, it is not."""
    with subprocess.Popen(["sleep", "60"]) as process:  # noqa: S607 -- coreutils
        try:
            assert leftovers.stopped_processes(os.getpid()) == ()
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED)
            found = leftovers.stopped_processes(os.getpid())
            assert found == (leftovers.Stopped("sleep", ""),)
            process.send_signal(signal.SIGCONT)
            os.waitid(os.P_PID, process.pid, os.WCONTINUED)
            assert leftovers.stopped_processes(os.getpid()) == ()
        finally:
            process.kill()


def test_a_node_that_is_gone_is_an_error() -> None:
    """No node is no node without stopped processes."""
    with subprocess.Popen(["true"]) as process:  # noqa: S607 -- coreutils
        process.wait(10)
    assert not psutil.pid_exists(process.pid)
    with pytest.raises(SeatrialError, match=f"process {process.pid} is gone"):
        leftovers.stopped_processes(process.pid)
    with pytest.raises(SeatrialError, match="list the packet rules"):
        leftovers.drop_tables(process.pid)


@pytest.mark.parametrize("group", ["4:cpu:/seatrial/kubepods/burstable", "0::/seatrial/kubepods"])
def test_a_pods_process_is_known_by_its_cgroup(group: str) -> None:
    """On either version of cgroups its path holds the pod's UID."""
    uid = "8d1a5e1c-0f3b-4c1e-9a53-0123456789ab"
    found = leftovers.pod_of(f"12:misc:/\n{group}/pod{uid}/0a1b2c\n")
    assert found == uid
    assert leftovers.pod_of(f"{group}/other\n") == ""
