"""The nodes of a cluster that is up: which there are, losing a further one, bringing it back.

How a further node starts is `further`'s. Here it is decided which, under the cluster's lock, and
a start that fails is undone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import further, loading, preflight, state, system
from seatrial.cluster.embedded.layout import Layout, layout
from seatrial.cluster.embedded.running import up_or_raise
from seatrial.cluster.embedded.sweep import end, sweep
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from seatrial.cluster.embedded.state import Process
    from seatrial.progress import Progress

#: Starting a cluster of several nodes takes some 20 s.
_LOCK_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Node:
    """A node by its Kubernetes name. ``pid`` is its PID 1 as the host sees it, None if it is lost.

    The ``first`` one has the control plane and can't be lost.
    """

    name: str
    first: bool
    pid: int | None


def nodes(name: str) -> tuple[Node, ...]:
    """List the nodes of the cluster ``name``, lost ones too. `UsageError` if it is not up."""
    up_or_raise(f"list the nodes of the embedded cluster {name!r}", name)
    return tuple(
        Node(place.node_name, place.number == 1, _living_pid(place))
        for place in _places(layout(name))
    )


def lose_node(name: str, node: str) -> Process:
    """Kill the outer process of ``node``: it ends whole, at once, as if its power were cut.

    Gives the process that was killed, once it and all that was in it are gone. `UsageError` for
    the first node, for one that is lost already and for one that is none. Needs root.
    """
    attempt = f"lose the node {node}"
    preflight.require_root(attempt)
    with state.lock(layout(name), timeout_s=_LOCK_TIMEOUT_S):
        place = _further_node(attempt, name, node)
        known = state.read(place)
        if known is None or _living_pid(place) is None:
            raise UsageError(attempt, got="it is lost already", expected="a node that is up")
        end(known.outer)
        sweep(place)
        return known.outer


def return_node(name: str, node: str, *, progress: Progress) -> bool:
    """Start ``node`` again under its name, empty but for images, and wait until it is Ready.

    Does nothing if it lives; tells whether this call started it. `UsageError` for the first node
    and for one that is none, `SeatrialError` naming what failed, which is undone. Needs root.
    """
    attempt = f"bring the node {node} back"
    preflight.require_root(attempt)
    with state.lock(layout(name), timeout_s=_LOCK_TIMEOUT_S):
        return _return(_further_node(attempt, name, node), progress)


def return_lost(place: Layout, progress: Progress) -> None:
    """Bring back every node of the cluster that is lost. The caller holds the name's lock."""
    for node in _places(place)[1:]:
        _return(node, progress)


def living_pids(place: Layout) -> tuple[int, ...]:
    """Give the PID 1 of each node of the cluster that is not lost, the first node's first."""
    found = (_living_pid(node) for node in _places(place))
    return tuple(pid for pid in found if pid is not None)


def _return(place: Layout, progress: Progress) -> bool:
    if _living_pid(place) is not None:
        return False
    with system.errors_told(place), progress.step(f"node {place.node_name} Ready"):
        try:
            sweep(place)
            further.finish(further.begin(place))
            _copy_images(place)
        except BaseException:
            # Whatever it was, an interrupt too: nothing of this start may stay.
            sweep(place)
            raise
    return True


def _copy_images(place: Layout) -> None:
    """Bring the images that were loaded since the cluster's start: the store has none of them."""
    source, target = _living_pid(place.node(1)), _living_pid(place)
    if source is not None and target is not None:
        loading.copy_missing(source, target)


def _further_node(attempt: str, name: str, node: str) -> Layout:
    """Find a further node by its Kubernetes name; `UsageError` if it is none."""
    up_or_raise(attempt, name)
    first, *others = _places(layout(name))
    if node == first.node_name:
        raise UsageError(
            attempt,
            got="the first node, which has the control plane",
            expected="a further one: without the first there is no cluster",
            mend="choose another; " + _choice(others),
        )
    found = next((place for place in others if place.node_name == node), None)
    if found is None:
        raise UsageError(attempt, got="no such node", mend=_choice(others))
    return found


def _choice(others: list[Layout]) -> str:
    if not others:
        return "the cluster has one node: seatrial cluster up --nodes 3 makes one with more"
    return f"there are {', '.join(place.node_name for place in others)}"


def _places(place: Layout) -> tuple[Layout, ...]:
    known = state.read(place)
    if known is None:
        return ()
    # It may have been started from another cache.
    return replace(place, cache=Path(known.cache)).nodes(known.nodes)


def _living_pid(place: Layout) -> int | None:
    known = state.read(place)
    up = known is not None and known.phase == "up" and known.outer.alive()
    return known.node_pid if known is not None and up else None
