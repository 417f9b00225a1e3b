"""What a caller holds of a cluster that is up, and whether one is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import state
from seatrial.cluster.embedded.layout import layout
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster.embedded.layout import Layout


@dataclass(frozen=True, slots=True)
class EmbeddedCluster:
    """A cluster that is up. Load enters the network namespace of ``node_pid``, the node's PID 1.

    ``kubeconfig`` is the admin's, with ``context`` as its only one; the API server listens on
    ``api_port`` of loopback. ``fresh``: the call that gave this started it.
    """

    name: str
    kubeconfig: Path
    context: str
    node_pid: int
    api_port: int
    fresh: bool = field(default=False, compare=False)


def find(place: Layout) -> EmbeddedCluster | None:
    """Give the cluster at ``place`` if it has come up and its outer process lives."""
    known = state.read(place)
    if known is None or known.phase != "up" or not known.outer.alive():
        return None
    return EmbeddedCluster(
        name=place.name,
        kubeconfig=place.kubeconfig,
        context=place.context,
        node_pid=known.node_pid,
        api_port=known.api_port,
    )


def up_or_raise(attempt: str, name: str) -> EmbeddedCluster:
    """Give the cluster ``name``; `UsageError` for the ``attempt`` if it is not up."""
    running = find(layout(name))
    if running is None:
        raise UsageError(
            attempt,
            got="no such cluster is up",
            expected="one that is",
            mend=f"seatrial cluster up --name {name}",
        )
    return running
