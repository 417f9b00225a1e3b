"""Servers that hang: a replica's processes are stopped (SIGSTOP), accept and never answer."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import ExitStack

    from seatrial.cluster import Pod

    from .stage import Stage

REPLICAS = "app.kubernetes.io/name=mlserver"
#: An attempt ends after 0.4 s: those of the first 0.2 s are tried again, and none twice.
STOP_S = 0.6
#: From one server's stop to its next. Health checks come each second and wait 0.5 s: no two in a
#: row fail, so that they don't take it out. For its errors the proxies seldom do (3 times in 16 s):
#: it still accepts connections, and each of them is a success that ends a row of errors.
ONE_S = 0.8
#: From a stop of all servers to the next. Then attempts pile up, and several in a row end; what
#: waits takes a slow machine a second to answer.
ALL_S = 2.0


def hung_servers(stage: Stage, undo: ExitStack) -> None:
    """Stop every replica's processes for six seconds: they accept and never answer."""
    stage.until("baseline", 8.0)
    hang(stage, undo)
    stage.until("baseline", 14.0)
    _signal(_processes(stage.cluster.pods(stage.namespace, REPLICAS)), signal.SIGCONT)


def hung_server(stage: Stage, undo: ExitStack) -> None:
    """Stop a server for a moment, again and again, then all at once: the proxies try again."""
    _again_and_again(_servers(stage, undo, ("baseline", 1.0), 1), stage, ("baseline", 17.0), ONE_S)
    _again_and_again(_servers(stage, undo, ("baseline", 17.5)), stage, ("baseline", 25.0), ALL_S)
    # Until then the proxies know that one has been killed.
    _again_and_again(_servers(stage, undo, ("fault", 6.0), 1), stage, ("fault", 28.0), ONE_S)
    _again_and_again(_servers(stage, undo, ("recovery", 1.0)), stage, ("recovery", 11.0), ALL_S)


def _servers(
    stage: Stage, undo: ExitStack, at: tuple[str, float], most: int | None = None
) -> list[int]:
    """Find the processes of the Ready replicas, ``most`` of them, at that time of a phase."""
    stage.until(*at)
    pods = [pod for pod in stage.cluster.pods(stage.namespace, REPLICAS) if pod.ready]
    pids = _processes(pods[:most])
    assert pids, f"no process of a Ready replica in {at[0]}"
    undo.callback(_signal, pids, signal.SIGCONT)
    return pids


def _again_and_again(
    pids: list[int], stage: Stage, until: tuple[str, float], cycle_s: float
) -> None:
    """Stop the processes once in each cycle that ends before that time of the phase."""
    phase, end_s = until
    first_s = stage.since(phase)
    for cycle in range(int((end_s - first_s) / cycle_s)):
        at = first_s + cycle * cycle_s
        stage.until(phase, at)
        _signal(pids, signal.SIGSTOP)
        stage.until(phase, at + STOP_S)
        _signal(pids, signal.SIGCONT)


def hang(stage: Stage, undo: ExitStack) -> None:
    """Stop the processes of every replica there is."""
    pids = _processes(stage.cluster.pods(stage.namespace, REPLICAS))
    assert pids, "no process of any replica"
    undo.callback(_signal, pids, signal.SIGCONT)
    _signal(pids, signal.SIGSTOP)


def _processes(pods: Iterable[Pod]) -> list[int]:
    """Find the processes of the pods by their cgroups."""
    marks = [f"pod{pod.uid}" for pod in pods]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            group = (folder / "cgroup").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if any(mark in group for mark in marks):
            found.append(int(folder.name))
    return found


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
