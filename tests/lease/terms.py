"""Terms for tests, and a bounded wait."""

from __future__ import annotations

import time
from threading import Event
from typing import TYPE_CHECKING

from seatrial.lease import Terms

if TYPE_CHECKING:
    from collections.abc import Callable

#: The shipped terms, some ten times as fast; a lease's own duration is in whole seconds.
FAST = Terms(duration_s=3, renew_s=0.1, give_up_s=2.0, again_s=0.05, look_s=0.05)
#: Renewed so rarely that a test has it for itself.
STILL = Terms(duration_s=15, renew_s=60.0, give_up_s=60.0, again_s=60.0, look_s=0.05)


def until(holds: Callable[[], object], seconds: float = 5.0) -> None:
    """Look until it holds; fail when time is out."""
    end, pause = time.monotonic() + seconds, Event()
    while not holds():
        assert time.monotonic() < end
        pause.wait(0.02)
