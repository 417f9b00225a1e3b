"""Ends a cluster, or one further node, and removes all that is left of it. Safe to repeat.

The caller holds the name's lock. Logs stay, so that an end can be explained.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import cgroups, state
from seatrial.cluster.embedded.layout import MOST_NODES
from seatrial.errors import DeadlineError

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster.embedded.layout import Layout
    from seatrial.cluster.embedded.state import Process

_END_S = 15.0


def sweep(layout: Layout) -> None:
    """Kill the outer process and whatever is in the cgroup, then remove cgroup, data and state.

    The first node's end is the cluster's: with it go all nodes. A further node leaves what it can
    be started with again, its configuration.
    """
    _end_outer(layout)
    further = layout.nodes(MOST_NODES)[1:] if layout.number == 1 else ()
    for node in further:
        _end_outer(node)
    # It holds the further nodes', too.
    cgroups.destroy(layout.cgroup, cgroups.hierarchies(), deadline_s=_END_S)
    if layout.number > 1:
        _remove_tree(layout.containerd)
        layout.state_file.unlink(missing_ok=True)
        # A watcher that came late may have made it again after its cluster had gone.
        with contextlib.suppress(OSError):
            layout.state.rmdir()
        return
    # Certificates first: should this be the last thing that is done, no key outlives the cluster.
    _remove_tree(layout.pki)
    for node in (layout, *further):
        _remove_tree(node.conf)
        _remove_tree(node.containerd)
    _remove_tree(layout.state)


def _end_outer(layout: Layout) -> None:
    known = state.read(layout)
    if known is not None:
        end(known.outer)


def end(process: Process) -> None:
    """Kill the process and wait until it is gone; `DeadlineError` if the kernel keeps it."""
    descriptor = process.open()
    if descriptor is None:
        return
    try:
        process.kill()
        if not select.select([descriptor], [], [], _END_S)[0]:
            raise DeadlineError(
                f"end the cluster's outer process {process.pid}",
                got="it is still there",
                expected=f"its end within {_END_S:g} s of SIGKILL",
                mend="look at its state with ps; D is the kernel's own",
            )
    finally:
        os.close(descriptor)


def _remove_tree(directory: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(directory)
