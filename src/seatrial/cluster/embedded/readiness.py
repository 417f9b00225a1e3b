"""Waits while a started cluster becomes Ready, and says what was missing when it does not.

It reads the node's events and asks the API server; it starts and ends nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import events, probes, state
from seatrial.cluster.embedded.logs import tail
from seatrial.errors import DeadlineError, SeatrialError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seatrial.cluster.embedded.layout import Layout
    from seatrial.cluster.embedded.state import Process

_POLL_S = 0.03
_DEADLINE_S = 90.0


def wait_component(layout: Layout, component: str, watcher: Process) -> None:
    """Wait for the node's word that ``component`` is ready."""

    def look() -> str | None:
        happened = events.read(layout.events)
        ready = [event.component for event in happened if event.kind == "ready"]
        return None if component in ready else f"ready so far: {', '.join(ready) or 'none'}"

    _wait(layout, f"start {component}", look, watcher)


def wait_node(layout: Layout, api_port: int, watcher: Process, *, since: float = 0.0) -> None:
    """Wait until the node's Ready condition is True, as its kubelet said after ``since``.

    ``since`` (seconds of the epoch) is for a node that returns: for a while the API still shows
    what was true before it was lost.
    """
    path = f"/api/v1/nodes/{layout.node_name}"
    _wait(
        layout,
        f"see the node {layout.node_name} Ready",
        lambda: _missing_condition(layout, api_port, path, "Ready", since=since),
        watcher,
    )


def wait_dns(layout: Layout, api_port: int, watcher: Process) -> None:
    """Wait until CoreDNS is Ready, as the Service sees it."""
    path = "/apis/apps/v1/namespaces/kube-system/deployments/coredns"
    _wait(
        layout,
        "see CoreDNS Ready",
        lambda: _missing_condition(layout, api_port, path, "Available"),
        watcher,
    )


def _missing_condition(
    layout: Layout, api_port: int, path: str, kind: str, *, since: float = 0.0
) -> str | None:
    """Give None if the object's condition ``kind`` is True, else what was seen instead."""
    try:
        status, body = probes.get(api_port, path, layout.pki)
    except OSError as error:
        return f"the API server did not answer: {error}"
    if status != 200:  # noqa: PLR2004 - HTTP's OK
        return f"{path}: HTTP {status}"
    conditions = json.loads(body).get("status", {}).get("conditions", [])
    for condition in conditions:
        if condition["type"] == kind:
            # Whole seconds, so the second in which it began counts.
            if since and _seconds(condition["lastHeartbeatTime"]) < int(since):
                return f"{kind} was last told at {condition['lastHeartbeatTime']}"
            if condition["status"] == "True":
                return None
            return f"{kind} is {condition['status']}: {condition.get('message', '')}"
    return f"no condition {kind} yet"


def _seconds(timestamp: str) -> float:
    return dt.datetime.fromisoformat(timestamp).timestamp()


def _wait(layout: Layout, attempt: str, look: Callable[[], str | None], watcher: Process) -> None:
    """Look until nothing is missing, the node has ended, or the deadline is over."""
    until = time.monotonic() + _DEADLINE_S
    while (missing := look()) is not None:
        _raise_if_ended(layout, attempt, watcher)
        if time.monotonic() > until:
            raise DeadlineError(
                attempt,
                got=missing,
                expected=f"it within {_DEADLINE_S:g} s",
                mend=f"see the logs in {layout.logs}",
            )
        time.sleep(_POLL_S)


@contextmanager
def blame(layout: Layout, watcher: Process) -> Iterator[None]:
    """Let an error of the block give way to its cause, if a component or the cluster ended."""
    try:
        yield
    except SeatrialError as error:
        try:
            _raise_if_ended(layout, error.attempt, watcher)
        except SeatrialError as cause:
            raise cause from error
        raise


def _raise_if_ended(layout: Layout, attempt: str, watcher: Process) -> None:
    # Look at the processes before their last words: then these are complete if they are gone.
    known = state.read(layout)
    # The watcher of a dead cluster may live: it waits for the lock its starter holds.
    gone = not watcher.alive() or (known is not None and not known.outer.alive())
    if (cause := _component_error(layout, attempt)) is not None:
        raise cause
    if gone:
        log = layout.logs / "node.log"
        raise SeatrialError(
            attempt,
            got=f"the cluster's processes were ended from outside; the end of {log}:\n{tail(log)}",
            expected="them to stay",
            mend="see whether memory ran out (dmesg), then bring the cluster up again",
        )


def _component_error(layout: Layout, attempt: str) -> SeatrialError | None:
    for event in events.read(layout.events):
        if event.kind == "failed":
            log = layout.logs / f"{event.component}.log"
            return SeatrialError(
                attempt,
                got=f"{event.component}: {event.why}; the end of {log}:\n{tail(log)}",
                expected="every component to stay",
                mend="mend what the log says; `seatrial cluster up` starts afresh",
            )
    return None
