"""The clock of leases: it goes on while the machine sleeps, and nobody can set it."""

from __future__ import annotations

import time


def now_s() -> float:
    """Return seconds of CLOCK_BOOTTIME. A suspended holder must notice how long it was away."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
