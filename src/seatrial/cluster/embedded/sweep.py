"""Ends a cluster and removes all that is left of it. Safe to repeat, whoever died before.

The caller holds the name's lock. Logs stay, so that an end can be explained.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import cgroups, state
from seatrial.errors import DeadlineError

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster.embedded.layout import Layout
    from seatrial.cluster.embedded.state import Process

_END_S = 15.0


def sweep(layout: Layout) -> None:
    """Kill the outer process and whatever is in the cgroup, then remove cgroup, data and state."""
    known = state.read(layout)
    if known is not None:
        end(known.outer)
    cgroups.destroy(layout.cgroup, cgroups.hierarchies(), deadline_s=_END_S)
    # Certificates first: should this be the last thing that is done, no key outlives the cluster.
    for directory in (layout.pki, layout.conf, layout.containerd):
        _remove_tree(directory)
    _remove_tree(layout.state)


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
