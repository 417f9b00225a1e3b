"""Stands outside a cluster, starts its outer process, and clears up when that one has died.

It also ends the cluster when the process dies that brings it up (before it is up), or the one it
was made for (its owner). Should the watcher itself be killed, the cluster lives on and the next
start or end of its name clears up. Run as ``python -m seatrial.cluster.embedded.watcher JSON``.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

from seatrial.cluster.embedded import cgroups, events, state
from seatrial.cluster.embedded.events import Event
from seatrial.cluster.embedded.layout import Layout
from seatrial.cluster.embedded.order import Order
from seatrial.cluster.embedded.state import Process, State
from seatrial.cluster.embedded.sweep import sweep
from seatrial.errors import SeatrialError

_LOCK_TIMEOUT_S = 120.0


def outer_command(order: Order) -> tuple[str, ...]:
    """Give the command line of the outer process, whose death is the cluster's.

    Not ``--cgroup``: sandboxes could then not be put into their groups on version 2.
    """
    return (
        *("unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--mount-proc"),
        *("--fork", "--kill-child", "--propagation", "private"),
        *(sys.executable, "-P", "-m", "seatrial.cluster.embedded.node"),
        *(order.name, order.cache, order.binary, order.store, str(order.listener)),
    )


def watch(order: Order) -> None:
    """Start the cluster's outer process, wait for its end, clear up."""
    layout = Layout(order.name, Path(order.cache))
    try:
        cgroups.create(layout.cgroup, cgroups.hierarchies())
    except SeatrialError as error:
        # Its starter reads it there, and sweeps.
        events.append(layout.events, Event("failed", "node", str(error)))
        return
    outer_popen = subprocess.Popen(
        outer_command(order), stdin=subprocess.DEVNULL, pass_fds=[order.listener]
    )
    outer = Process.of(outer_popen.pid)
    # The listener must end with the node, or the port of a dead cluster would seem to answer.
    os.close(order.listener)
    if outer is not None:
        state.write(
            layout,
            State("starting", order.cache, outer, order.api_port, Path(order.store).name),
        )
        _wait_for_end(layout, order, outer)
    outer_popen.wait()
    with state.lock(layout, timeout_s=_LOCK_TIMEOUT_S):
        known = state.read(layout)
        # Another may have swept meanwhile, and even started anew.
        if known is not None and known.outer == outer:
            sweep(layout)


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
