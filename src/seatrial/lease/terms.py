"""How long a lease lasts, how often it is renewed, and what its holder is called. Values."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime

#: One for a namespace, not one a workload: proxies, Services and quotas in it are shared.
NAME = "seatrial-trial"


@dataclass(frozen=True, slots=True)
class Terms:
    """Seconds. ``duration_s`` without a change and the lease has run out, for whoever watched it.

    Its holder gives up earlier, ``give_up_s`` after the start of the last renewal that succeeded:
    what lies between is for ending the fault before another can take over. ``look_s`` is how often
    a waiting one looks, ``again_s`` the pause after a renewal that failed.
    """

    duration_s: int = 15
    renew_s: float = 5.0
    give_up_s: float = 10.0
    again_s: float = 1.0
    look_s: float = 1.0


TERMS = Terms()


def identity(run: str) -> str:
    """Return a name for this process as a holder that nobody else has, and that people can read.

    Containers share host names and pids: the last word makes it unique.
    """
    since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    unique = secrets.token_hex(4)
    return f"{socket.gethostname()} pid {os.getpid()} run {run} since {since} {unique}"
