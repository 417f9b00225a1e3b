"""Starts a node's watcher, and hands the node over to it once it is up.

What the watcher does is `watcher`'s; what it is told, `order`'s.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import state
from seatrial.cluster.embedded.state import Process
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster.embedded.layout import Layout
    from seatrial.cluster.embedded.order import Order


def start_watcher(order: Order, layout: Layout) -> Process:
    """Start the watcher in a session of its own, so that no signal to this group reaches it."""
    kept: Sequence[int] = () if order.listener < 0 else (order.listener,)
    with (layout.logs / "node.log").open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-P", "-m", "seatrial.cluster.embedded.watcher", order.to_json()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            pass_fds=kept,
            start_new_session=True,
        )
    found = process(started.pid)
    # It outlives this call. Should it end before this process does, it leaves no zombie.
    threading.Thread(target=started.wait, name="reap the watcher", daemon=True).start()
    return found


def process(pid: int) -> Process:
    """Give the process ``pid``, which must live: `UsageError` if not."""
    found = Process.of(pid)
    if found is None:
        raise UsageError(
            "tie the cluster to a process",
            got=f"no process {pid}",
            expected="one that lives",
            mend="give the pid of a running process as its owner",
        )
    return found


def _environment() -> dict[str, str]:
    """Give the node's environment: none of the user's proxies, credentials or Go settings."""
    kept = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {"PATH": path, "HOME": "/root", "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"} | kept


def commit(layout: Layout) -> bool:
    """Say in its state that the node is up: from here on it outlives its starter. False: gone."""
    known = state.read(layout)
    pid = None if known is None else node_pid(known.outer)
    if known is None or pid is None:
        return False
    state.write(layout, replace(known, phase="up", node_pid=pid))
    return True


def node_pid(outer: Process) -> int | None:
    """Give the PID 1 of the node whose outer process this is, as the host sees it; None if gone."""
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    try:
        found = int(children.read_text().split()[0])
    except (OSError, IndexError):
        return None
    # Only now is it sure whose child that was.
    return found if outer.alive() else None
