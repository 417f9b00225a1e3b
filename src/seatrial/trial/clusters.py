"""The cluster a trial runs on: an existing one as configured, or the embedded one for its time."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.cluster import Cluster, connect, embedded
from seatrial.cluster.embedded import images
from seatrial.errors import SeatrialError, UsageError
from seatrial.undo.elsewhere import drop_gone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.config import Config
    from seatrial.progress import Progress


@dataclass(frozen=True, slots=True)
class Host:
    """A trial's cluster; a ``temporary`` one ends with the trial, and all that is in it."""

    cluster: Cluster
    temporary: bool


def standing(config: Config) -> Cluster:
    """Return the configured cluster, which has to be up. Raises ClusterError where it is not."""
    choice = config.cluster
    if choice.kubeconfig is not None:
        return connect(kubeconfig=choice.kubeconfig, context=choice.context)
    return connect(embedded=choice.embedded)


@contextmanager
def cluster_of(config: Config, progress: Progress) -> Iterator[Host]:
    """Give the configured cluster. An embedded one that was down goes down again at the end.

    The embedded cluster is owned by this process: if that is killed, the cluster ends with it.
    """
    name = config.cluster.embedded or ""
    if config.cluster.kubeconfig is not None or embedded.status(name) is not None:
        _check_nodes(config)
        with standing(config) as cluster:
            yield Host(cluster, temporary=False)
        return
    embedded.prepare_machine(progress)
    tars = images.build_all(progress)
    found = embedded.up(
        name,
        images=tars,
        owner_pid=os.getpid(),
        progress=progress,
        node_count=config.cluster.nodes if config.cluster.nodes > 1 else None,
    )
    try:
        with standing(config) as cluster:
            yield Host(cluster, temporary=found.fresh)
    finally:
        # Somebody may have started it while the images were built: then it is theirs.
        if found.fresh:
            embedded.down(name, progress=progress)
            # What was recorded of it went with it.
            drop_gone()


def _check_nodes(config: Config) -> None:
    """Raise UsageError when the embedded cluster that is up has fewer nodes than configured."""
    name = config.cluster.embedded
    if name is None or config.cluster.kubeconfig is not None:
        return
    there = len(embedded.nodes(name))
    if there < config.cluster.nodes:
        raise UsageError(
            f"hold the trial in the embedded cluster {name}",
            got=f"it is up with {there} of the nodes it needs",
            expected=f"{config.cluster.nodes} nodes (cluster.nodes)",
            mend=f"seatrial cluster down --name {name}, then hold the trial again",
        )


def check_alive(host: Host) -> None:
    """Raise SeatrialError when the embedded cluster ended during the trial, or is another one.

    It is an instrument of the trial, not its target: what clients saw of its end decides nothing.
    """
    if host.cluster.kind != "embedded":
        return
    found = embedded.status(host.cluster.name)
    if found is None or found.node_pid != host.cluster.node_pid:
        raise SeatrialError(
            f"hold the trial in the embedded cluster {host.cluster.name}",
            got="the cluster ended while the trial ran",
            expected="it to stay up to the end",
            mend="find out who ended it, and hold the trial again",
        )
