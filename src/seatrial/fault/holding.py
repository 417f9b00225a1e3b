"""The probe that keeps a fault in effect for its time, and cuts it short when it costs too much.

Beside it a trial's load runs, and writes each request's end to a file that anyone may read. Without
a trial (plain ``chaos run``) there is no such file: then the fault is held for its time.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.fault import surroundings
from seatrial.fault.told import Told, proof
from seatrial.fault.waiting import look_until
from seatrial.timeline import NANOSECONDS, NANOSECONDS_PER_MS, Outcome, ended_so_far, plan_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seatrial.fault.surroundings import Abort
    from seatrial.timeline import Plan

logger = logging.getLogger("chaostoolkit")

#: The stretch whose failures are counted: long enough that one slow second ends no fault …
WINDOW_S = 5.0
#: … and with fewer ended requests in it than these nothing is said of them.
LEAST_ENDED = 20


@dataclass(frozen=True, slots=True)
class Burn:
    """How many of the requests that ended in the last seconds had failed."""

    failed: int
    ended: int

    def rate(self, objective: float) -> float:
        """Return how many times too fast they burn the error budget of ``objective``."""
        if self.ended < LEAST_ENDED:
            return 0.0
        return self.failed / self.ended / (1.0 - objective)


def burn(requests: NDArray[Any], now_ns: int) -> Burn:
    """Count what ended in the last ``WINDOW_S`` before ``now_ns`` (ns since the epoch)."""
    end = requests["end"]
    recent = (end > now_ns - WINDOW_S * NANOSECONDS) & (end <= now_ns)
    failed = recent & (requests["outcome"] != Outcome.OK)
    return Burn(int(np.count_nonzero(failed)), int(np.count_nonzero(recent)))


def hold(seconds: float) -> Told:
    """Keep the fault in effect for ``seconds``; return early when clients suffer too much of it.

    Too much is what the trial's configuration says: the requests that ended in the last 5 s burn
    the error budget of its success objective ``fault.abort_burn_rate`` times too fast, or more.
    The next activity of the method undoes the fault. It tells ``aborted_monotonic_ns`` then.
    """
    abort, started = surroundings.abort(), time.monotonic()
    if abort is None:
        logger.info("Holding the fault for %g s; no load is told of, so nothing aborts it", seconds)
    plan = None if abort is None else plan_of(abort.records)
    reached = look_until(lambda: _too_fast(abort, plan), bool, deadline_s=seconds)
    held = time.monotonic() - started
    if not reached:
        return Told(proofs=[proof("fault held for its time", held >= seconds, f"{held:.1f} s")])
    logger.warning("Aborted after %.1f s: %s", held, reached)
    return Told(aborted_monotonic_ns=time.monotonic_ns(), why=f"after {held:.1f} s: {reached}")


def _too_fast(abort: Abort | None, plan: Plan | None) -> str:
    """Say how the error budget burns too fast at this instant, "" while it does not."""
    if abort is None or plan is None:
        return ""
    now_ns = time.monotonic_ns() - plan.epoch_monotonic_ns
    # A request ends at its deadline at the latest: nothing that ended lately began before that.
    from_ns = now_ns - round(WINDOW_S * NANOSECONDS + plan.deadline_ms * NANOSECONDS_PER_MS)
    seen = burn(ended_so_far(abort.records, from_ns, now_ns), now_ns)
    rate = seen.rate(abort.objective)
    if rate < abort.burn_rate:
        return ""
    return (
        f"{seen.failed} of the {seen.ended} requests that ended in {WINDOW_S:g} s failed, "
        f"{rate:.1f} times what the objective {abort.objective:g} allows (at most "
        f"{abort.burn_rate:g} times)"
    )
