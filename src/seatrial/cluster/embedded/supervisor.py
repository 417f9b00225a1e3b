"""Starts the node's components in order, reaps every child, and ends when a component does.

It runs in the node's PID 1, in one thread: all waiting for children is here. What a component is
and what it waits for is `components`'.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import events, probes
from seatrial.cluster.embedded.events import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster.embedded.components import Component
    from seatrial.cluster.embedded.layout import Layout

#: How long one component may take from its start to being ready.
READY_DEADLINE_S = 60.0
_POLL_S = 0.03


class Supervisor:
    """The components of one node and how far each has come."""

    def __init__(
        self, layout: Layout, components: Sequence[Component], inherit: dict[str, tuple[int, int]]
    ) -> None:
        """``inherit`` gives a component one descriptor: the number here, the number there."""
        self._layout = layout
        self._components = components
        self._inherit = inherit
        self._pids: dict[int, Component] = {}
        self._started: dict[str, float] = {}
        self._ready: set[str] = set()

    def run(self) -> Event:
        """Start everything and stay until a component ends or fails; give that one's event."""
        while True:
            for component in self._due():
                self._start(component)
            self._look()
            starting = len(self._ready) < len(self._components)
            ended = self._reap(block=not starting) or self._overdue()
            if ended is not None:
                return ended
            if starting:
                time.sleep(_POLL_S)

    def _due(self) -> list[Component]:
        return [
            component
            for component in self._components
            if component.name not in self._started and self._ready.issuperset(component.after)
        ]

    def _start(self, component: Component) -> None:
        log = str(self._layout.logs / f"{component.name}.log")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        actions: list[tuple[int, int, int] | tuple[int, int, str, int, int]] = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, flags, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        if component.name in self._inherit:
            actions.append((os.POSIX_SPAWN_DUP2, *self._inherit[component.name]))
        pid = os.posix_spawnp(
            component.argv[0],
            component.argv,
            os.environ,
            file_actions=actions,
            setsigdef=[signal.SIGPIPE],
        )
        self._pids[pid] = component
        self._started[component.name] = time.monotonic()

    def _look(self) -> None:
        for component in self._components:
            name = component.name
            waiting = name in self._started and name not in self._ready
            if waiting and probes.ready(component.probe, self._layout.pki):
                self._ready.add(name)
                events.append(self._layout.events, Event("ready", name))

    def _reap(self, *, block: bool) -> Event | None:
        """Collect children, orphans of the containers too; give the first component among them."""
        while True:
            pid, status = os.waitpid(-1, 0 if block else os.WNOHANG)
            if pid == 0:
                return None
            component = self._pids.pop(pid, None)
            if component is not None:
                return Event("failed", component.name, _how_it_ended(status))

    def _overdue(self) -> Event | None:
        now = time.monotonic()
        for name, started in self._started.items():
            if name not in self._ready and now - started > READY_DEADLINE_S:
                return Event("failed", name, f"not ready {READY_DEADLINE_S:g} s after its start")
        return None


def _how_it_ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"it was killed by signal {-code}" if code < 0 else f"it ended with exit code {code}"
