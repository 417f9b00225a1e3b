"""Stands outside a node, starts its outer process, and clears up when that one has died.

The first node's end is the cluster's. The watcher also ends the node when the process dies that
brings it up (before it is up), or the one it was made for (its owner). Should the watcher itself
be killed, the node lives on and the next start or end of its name clears up. Run as
``python -m seatrial.cluster.embedded.watcher JSON``.
"""

from __future__ import annotations

import ctypes
import os
import select
import subprocess
import sys
from pathlib import Path

from seatrial.cluster.embedded import cgroups, events, spawn, state
from seatrial.cluster.embedded.events import Event
from seatrial.cluster.embedded.layout import Layout
from seatrial.cluster.embedded.order import Order
from seatrial.cluster.embedded.state import Process, State
from seatrial.cluster.embedded.sweep import sweep
from seatrial.errors import SeatrialError

_LOCK_TIMEOUT_S = 120.0
_CLONE_NEWPID = 0x20000000


def outer_command(order: Order, descriptor: int) -> tuple[str, ...]:
    """Give the command line of the outer process, whose death is the node's.

    Not ``--cgroup``: sandboxes could then not be put into their groups on version 2.
    """
    return (
        *("unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--mount-proc"),
        *("--fork", "--kill-child", "--propagation", "private"),
        *(sys.executable, "-P", "-m", "seatrial.cluster.embedded.node"),
        *(order.name, order.cache, str(order.number), str(order.nodes)),
        *(order.binary, order.store, str(descriptor)),
    )


def watch(order: Order) -> None:
    """Start the node's outer process, wait for its end, clear up."""
    layout = Layout(order.name, Path(order.cache), order.number)
    try:
        _make_cgroup(layout, order.nodes)
        descriptor = order.listener if order.number == 1 else _enter_first(order)
    except SeatrialError as error:
        # Its starter reads it there, and sweeps.
        events.append(layout.events, Event("failed", "node", str(error)))
        return
    outer_popen = subprocess.Popen(
        outer_command(order, descriptor), stdin=subprocess.DEVNULL, pass_fds=[descriptor]
    )
    outer = Process.of(outer_popen.pid)
    # A listener must end with its node, or the port of a dead cluster would seem to answer; and so
    # must a network namespace.
    os.close(descriptor)
    if outer is not None:
        state.write(layout, _started(order, outer))
        _wait_for_end(layout, order, outer)
    outer_popen.wait()
    with state.lock(layout, timeout_s=_LOCK_TIMEOUT_S):
        known = state.read(layout)
        # Another may have swept meanwhile, and even started anew.
        if known is not None and known.outer == outer:
            sweep(layout)


def _started(order: Order, outer: Process) -> State:
    return State(
        phase="starting",
        cache=order.cache,
        outer=outer,
        api_port=order.api_port,
        images=Path(order.store).name,
        nodes=order.nodes,
        binary=order.binary,
        store=order.store,
    )


def _make_cgroup(layout: Layout, nodes: int) -> None:
    """Make the node's cgroup: all nodes' pods weigh the same, the first one's processes for all."""
    present = cgroups.hierarchies()
    cgroups.create(layout.cgroup, present)
    if layout.number > 1:
        cgroups.weigh(layout.cgroup, 1 + (os.cpu_count() or 1), present)
    elif nodes > 1:
        cgroups.weigh(f"{layout.cgroup}/{cgroups.NODE_GROUP}", nodes, present)


def _enter_first(order: Order) -> int:
    """Let children of this process live in the first node's PID namespace; give its network's.

    So the kernel ends a further node with the first one, whatever becomes of the watchers.
    """
    pid = None if order.owner is None else spawn.node_pid(order.owner)
    try:
        inside = os.open(f"/proc/{pid}/ns/pid", os.O_RDONLY)
        network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
        _put_children_into(inside)
        os.close(inside)
    except OSError as error:
        raise _no_first(order, str(error)) from error
    # Its outer process lives still, so these were the first node's, and no later process's.
    if order.owner is None or spawn.node_pid(order.owner) != pid:
        raise _no_first(order, "its first node has ended")
    return network


def _put_children_into(pid_namespace: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(pid_namespace, _CLONE_NEWPID) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _no_first(order: Order, got: str) -> SeatrialError:
    return SeatrialError(
        f"enter the first node of the cluster {order.name!r}",
        got=got,
        expected="its outer process and the process in it to live",
        mend="bring the cluster up again",
    )


def _wait_for_end(layout: Layout, order: Order, outer: Process) -> None:
    """Return when the outer process is gone, killing it if one it depends on goes first."""
    watched = {"outer": outer.open(), "starter": order.starter.open()}
    if order.owner is not None:
        watched["owner"] = order.owner.open()
    while True:
        gone = [who for who, descriptor in watched.items() if _ended(descriptor)]
        if "outer" in gone:
            break
        if "owner" in gone or ("starter" in gone and not _is_up(layout)):
            outer.kill()
            break
        for who in gone:
            _close(watched.pop(who))
        select.select([item for item in watched.values() if item is not None], [], [])
    for descriptor in watched.values():
        _close(descriptor)


def _ended(descriptor: int | None) -> bool:
    """Look whether the process of a pidfd has ended; None is one that had ended before."""
    return descriptor is None or bool(select.select([descriptor], [], [], 0)[0])


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)


def _is_up(layout: Layout) -> bool:
    known = state.read(layout)
    return known is not None and known.phase == "up"


def main() -> None:
    """Read the order and carry it out."""
    watch(Order.from_json(sys.argv[1]))


if __name__ == "__main__":
    main()
