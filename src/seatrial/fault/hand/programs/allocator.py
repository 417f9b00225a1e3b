"""Program run inside a container: takes memory until the kernel ends the container, or gives up.

The kernel kills the process with the worst score of the memory's group. That would be this one, so
the server's first process is given the worst score there is; ``restore`` takes that back. Python's
standard library only, 3.9 or newer. Each line it prints is one JSON object.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import FileIO

#: The first process of the container; with a shared process namespace it is another's.
SCORE = Path("/proc/1/oom_score_adj")
WORST = 1000
_CHUNK = 16 * 1024 * 1024
_EVERY_S = 0.05


@dataclass(frozen=True)
class Order:
    """What to do: ``look``, ``allocate`` so many bytes for so long, or ``restore`` the score.

    ``mark`` stands in the command line, by which ``restore`` finds and ends what still allocates.
    """

    act: str
    mark: str
    most_bytes: int = 0
    seconds: float = 0.0
    score: int = 0


def look() -> None:
    """Say which score the first process has, and that it may be changed."""
    say(score=int(SCORE.read_text()), writable=os.access(SCORE, os.W_OK))


def allocate(order: Order) -> None:
    """Take memory and hold it; the container's own limit is the bound.

    It is a file in memory that no process maps: it counts for the container, and makes no process
    a worse one than the server.
    """
    SCORE.write_text(str(WORST))
    until, taken = time.monotonic() + order.seconds, 0
    with os.fdopen(os.memfd_create(order.mark), "wb", buffering=0) as memory:
        while time.monotonic() < until:
            more = take(memory) if taken < order.most_bytes else 0
            taken += more
            if not more:
                time.sleep(_EVERY_S)
    restore(order)
    say(taken_bytes=taken)


def take(memory: FileIO) -> int:
    """Write another chunk; 0 when it is full and the kernel still looks for whom to end."""
    try:
        return memory.write(bytes(_CHUNK)) or 0
    except OSError:
        return 0


def restore(order: Order) -> None:
    """End every other allocator of this mark, give the first process its score, read it back."""
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit() and int(directory.name) != os.getpid():
            try:
                command = (directory / "cmdline").read_bytes()
            except OSError:
                continue
            if order.mark.encode() in command:
                os.kill(int(directory.name), signal.SIGKILL)
    SCORE.write_text(str(order.score))
    say(score=int(SCORE.read_text()))


def say(**facts: object) -> None:
    """Print one line."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Read the order from the command line and do it."""
    order = Order(**json.loads(sys.argv[1]))
    if order.act == "look":
        look()
    elif order.act == "allocate":
        allocate(order)
    else:
        restore(order)
    return 0


if __name__ == "__main__":
    sys.exit(main())
