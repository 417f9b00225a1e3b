"""Program of a hand: burns CPU beside a replica for a bounded time, and counts what it burnt.

It needs no right at all. Python's standard library only, 3.9 or newer. Its log has one JSON object
a line; each second one of them says how much CPU it has used, and how busy the whole node was.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

_NANOSECONDS = 1_000_000_000
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Order:
    """How many processes burn for how long, and from when (ns of the wall clock; 0: now)."""

    processes: int
    seconds: float
    at_wall_ns: int = 0


@dataclass(frozen=True)
class Spent:
    """What was burnt since the start, and of how much the node had: s of CPU, all cores'."""

    elapsed_s: float
    used_s: float
    node_busy_s: float
    node_idle_s: float


def burn() -> None:
    """Compute until killed."""
    while True:
        sum(range(10_000))


def start(number: int) -> list[int]:
    """Start the processes that burn; they end with this one's container at the latest."""
    children = []
    for _ in range(number):
        pid = os.fork()
        if pid == 0:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            burn()
        children.append(pid)
    return children


def used(children: list[int]) -> float:
    """Return the CPU seconds of these processes so far."""
    total = 0
    for pid in children:
        fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def node() -> tuple[float, float]:
    """Return the CPU seconds that the whole node was busy and idle, by proc_stat(5)."""
    ticks = [int(item) for item in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / _TICKS, idle / _TICKS


def say(event: str, **facts: object) -> None:
    """Write one line to the log, with the instant."""
    line = {"event": event, "wall_ns": time.time_ns(), "monotonic_ns": time.monotonic_ns(), **facts}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def asked_to_end(seconds: float) -> bool:
    """Wait at most that long; True as soon as a SIGTERM came. It stays blocked all the time."""
    return signal.sigtimedwait({signal.SIGTERM}, max(seconds, 0.0)) is not None


def work(order: Order) -> None:
    """Burn from the instant on, for the time, and end every process."""
    if asked_to_end((order.at_wall_ns - time.time_ns()) / _NANOSECONDS):
        say("ended", why="asked to end before the instant")
        return
    begun, (busy, idle) = time.monotonic(), node()
    children = start(order.processes)
    say("acted", processes=children)
    try:
        asked = False
        while not asked and time.monotonic() < begun + order.seconds:
            asked = asked_to_end(1.0)
            now_busy, now_idle = node()
            elapsed = time.monotonic() - begun
            so_far = Spent(elapsed, used(children), now_busy - busy, now_idle - idle)
            say("burnt", **asdict(so_far))
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    say("released", why="asked to" if asked else "time is over")


def main() -> int:
    """Read the order from the command line; nothing ends this but its end, or SIGKILL."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    work(Order(**json.loads(sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
