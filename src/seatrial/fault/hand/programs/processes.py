"""Program of a hand: kills, stops or continues the processes of one container, from outside.

It sees the node's processes (hostPID) and finds a container's by its ID in their cgroup, version 1
or 2. It runs in a replica's image, so it uses nothing but Python's standard library, 3.9 or newer.
The order is one JSON argument, see `Order`; what it did stands in its log, one JSON object a line.
What is stopped is continued on SIGTERM or after ``hold_s``, whichever comes first.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

#: s for all processes to be in the state that they were signalled into.
SETTLE_S = 5.0
_EVERY_S = 0.01
_NANOSECONDS = 1_000_000_000
#: States of a process that no longer runs code, by proc_pid_stat(5).
STOPPED, ENDED = "Tt", "ZX"


@dataclass(frozen=True)
class Process:
    """One process: who it is (a pid is used again, together with its start it is not)."""

    pid: int
    started: int
    parent: int
    state: str
    command: str


@dataclass(frozen=True)
class Order:
    """What to do with which container's processes, and when (ns of the wall clock; 0: now).

    ``act``: ``kill-server``, ``kill-worker`` (the first whose command line ``pattern`` finds),
    ``stop``, ``continue``, or ``look``, which does nothing. ``proc`` is where processes are listed.
    """

    act: str
    container: str
    at_wall_ns: int = 0
    hold_s: float = 0.0
    pattern: str = ""
    proc: str = "/proc"


def of_container(order: Order) -> list[Process]:
    """Return the container's processes that run code or are stopped, the oldest first."""
    found = []
    for directory in Path(order.proc).iterdir():
        if directory.name.isdigit():
            process = _read(directory, order.container)
            if process is not None and process.state not in ENDED:
                found.append(process)
    return sorted(found, key=lambda item: (item.started, item.pid))


def _read(directory: Path, container: str) -> Process | None:
    """Return the process, or None if it is not of the container or ended meanwhile."""
    try:
        if container not in (directory / "cgroup").read_text():
            return None
        # The name in parentheses may hold anything; the fields after it are numbered from 3.
        fields = (directory / "stat").read_text().rpartition(")")[2].split()
        raw = (directory / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    command = raw.replace(b"\0", b" ").decode("utf-8", "replace").strip()
    return Process(int(directory.name), int(fields[19]), int(fields[1]), fields[0], command)


def send(order: Order, process: Process, number: int) -> bool:
    """Signal this very process; False when it is no longer there."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return False
    try:
        stat = Path(order.proc, str(process.pid), "stat").read_text().rpartition(")")[2].split()
        if int(stat[19]) != process.started:
            return False
        signal.pidfd_send_signal(handle, number)
    except (FileNotFoundError, ProcessLookupError):
        return False
    finally:
        os.close(handle)
    return True


def kill(order: Order) -> dict[str, Any]:
    """Kill the container's first process or one of its workers; say what it was."""
    processes = of_container(order)
    if not processes:
        raise LookupError(f"no process of container {order.container} on this node")
    # The container's own first process is its oldest; what was exec'd into it came later.
    able = processes[:1] if order.act == "kill-server" else workers(processes, order.pattern)
    if not able:
        seen = [item.command[:120] for item in processes]
        raise LookupError(f"no worker's command line matches {order.pattern!r}: {seen}")
    instant = now()
    if not send(order, able[0], signal.SIGKILL):
        raise LookupError(f"process {able[0].pid} ended by itself")
    victim = (able[0].pid, able[0].started)

    def is_gone() -> bool:
        there = of_container(order)
        return all((item.pid, item.started) != victim for item in there)

    gone = settle(is_gone)
    return {**instant, "gone": gone, "processes": [asdict(able[0])], "workers": len(able)}


def workers(processes: list[Process], pattern: str) -> list[Process]:
    """Return those whose command line the pattern finds, the server itself apart."""
    return [item for item in processes[1:] if re.search(pattern, item.command)]


def stop(order: Order) -> dict[str, Any]:
    """Stop every process of the container, those that are born meanwhile too."""
    if not of_container(order):
        raise LookupError(f"no process of container {order.container} on this node")
    instant = now()

    def all_stopped() -> bool:
        running = [item for item in of_container(order) if item.state not in STOPPED]
        for process in running:
            send(order, process, signal.SIGSTOP)
        return not running

    stopped = settle(all_stopped)
    return {**instant, "stopped": stopped, "processes": _as_json(of_container(order))}


def go_on(order: Order) -> dict[str, Any]:
    """Continue every process of the container; say what state they had been in."""
    before = of_container(order)

    def none_stopped() -> bool:
        stopped = [item for item in of_container(order) if item.state in STOPPED]
        for process in stopped:
            send(order, process, signal.SIGCONT)
        return not stopped

    return {"continued": settle(none_stopped), "processes": _as_json(before), **now()}


def settle(holds: Callable[[], bool]) -> bool:
    """Ask until it holds, at most `SETTLE_S`."""
    until = time.monotonic() + SETTLE_S
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(_EVERY_S)
    return True


def now() -> dict[str, int]:
    """Return this instant on both clocks, in ns."""
    return {"wall_ns": time.time_ns(), "monotonic_ns": time.monotonic_ns()}


def _as_json(processes: list[Process]) -> list[dict[str, Any]]:
    return [asdict(item) for item in processes]


def say(event: str, **facts: object) -> None:
    """Write one line to the log."""
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def asked_to_end(seconds: float) -> bool:
    """Wait at most that long; True as soon as a SIGTERM came. It stays blocked all the time."""
    return signal.sigtimedwait({signal.SIGTERM}, max(seconds, 0.0)) is not None


def work(order: Order) -> None:
    """Do what the order says, hold it, take it back. Raises LookupError: nothing to act on."""
    if not re.fullmatch("[0-9a-f]{64}", order.container):
        # An empty one would be part of every process's cgroup.
        raise LookupError(f"{order.container!r} is no container's ID")
    if asked_to_end((order.at_wall_ns - time.time_ns()) / _NANOSECONDS):
        say("ended", why="asked to end before the instant")
        return
    if order.act == "continue":
        say("released", **go_on(order))
    elif order.act == "stop":
        say("acted", **stop(order))
        asked = asked_to_end(order.hold_s)
        say("released", why="asked to" if asked else "time is over", **go_on(order))
    elif order.act == "look":
        say("released", processes=_as_json(of_container(order)), **now())
    else:
        acted = kill(order)
        say("acted", **acted)
        if order.act == "kill-worker":
            say("released", whole=whole_again(order, acted["workers"]), **now())


def whole_again(order: Order, number: int) -> bool:
    """Wait at most ``hold_s`` until the server has that many workers again; False if not."""
    until = time.monotonic() + order.hold_s
    while len(workers(of_container(order), order.pattern)) < number:
        if time.monotonic() > until or asked_to_end(_EVERY_S):
            return False
    return True


def main() -> int:
    """Read the order from the command line; nothing ends this but its end, or SIGKILL."""
    # Blocked, not handled: a SIGTERM in the middle of an act is seen when the act is whole.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    order = Order(**json.loads(sys.argv[1]))
    say("ready", order=asdict(order), **now())
    try:
        work(order)
    except (LookupError, OSError) as error:
        say("failed", why=f"{type(error).__name__}: {error}", **now())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
