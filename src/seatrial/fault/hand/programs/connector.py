"""Program of a hand: tries again and again to connect to an address, and logs how each try ended.

It needs no right at all. Python's standard library only, 3.9 or newer. One JSON object a line.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Order:
    """Where to connect to, for how long and how often; a try ends after ``limit_s``."""

    address: str
    port: int
    seconds: float
    every_s: float = 0.5
    limit_s: float = 1.0


def tried(order: Order) -> tuple[bool, str]:
    """Connect once; say whether it went, and else why not."""
    try:
        socket.create_connection((order.address, order.port), timeout=order.limit_s).close()
    except OSError as error:
        return False, f"{type(error).__name__}: {error}"
    return True, ""


def main() -> int:
    """Read the order from the command line; try until the time is over or SIGTERM comes."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    order = Order(**json.loads(sys.argv[1]))
    until = time.monotonic() + order.seconds
    while time.monotonic() < until:
        wall_ns = time.time_ns()
        connected, why = tried(order)
        line = {"event": "tried", "wall_ns": wall_ns, "connected": connected, "why": why}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        if signal.sigtimedwait({signal.SIGTERM}, order.every_s) is not None:
            break
    return 0


if __name__ == "__main__":
    sys.exit(main())
