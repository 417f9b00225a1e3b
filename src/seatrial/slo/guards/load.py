"""Whether the load was what the plan says: first of all, then in the phase that is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo.guards.guard import Guard
from seatrial.slo.ranks import percentiles
from seatrial.slo.sequential import as_held, cuts
from seatrial.slo.values import CONFIDENCE
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.slo.windows import Window
    from seatrial.timeline import LoadReport, Timeline

SENT_SHARE = 0.99


def load(timeline: Timeline, part: Window) -> Iterator[Guard]:
    """Ask whether the load was what the plan says, first of all, then in this phase."""
    if timeline.load is None:
        yield Guard(
            "load-lost",
            f"the load process died before it reported, {len(timeline.requests)} of "
            f"{timeline.plan.planned} planned requests are recorded",
            "read load.log in the trial's directory",
            void=True,
        )
        return
    yield from _recorded(timeline, part, timeline.load)
    yield from _rate(part)


def _recorded(timeline: Timeline, part: Window, report: LoadReport) -> Iterator[Guard]:
    plan, recorded = timeline.plan, len(timeline.requests)
    held = as_held(plan, report)
    first = min((phase.start_ns for phase in held), default=0)
    last = max((phase.end_ns for phase in held), default=0)
    low, high = np.searchsorted(part.trial.intended, (first, last))
    stray = recorded - int(high - low)
    # A load that was cut took on less than planned; it may be cut where the plan says, only.
    planned = report.planned if report.cut_ns in cuts(plan) else plan.planned
    if stray or not planned == report.planned == report.recorded == recorded:
        yield Guard(
            "not-all-recorded",
            f"{plan.planned} requests planned, {report.planned} taken on by the load process, "
            f"{report.recorded} reported, {recorded} recorded, {stray} of them outside the plan",
            "read load.log; a trial's requests must all be recorded",
            void=True,
        )
    if report.exit_code:
        yield Guard(
            "load-failed",
            f"the load process ended with exit code {report.exit_code}",
            "read load.log in the trial's directory",
            void=True,
        )


def _rate(part: Window) -> Iterator[Guard]:
    """Ask of each phase that reaches into the window whether it offered its own planned rate."""
    if part.spans and not part.n:
        yield Guard(
            "no-requests",
            f"nothing was planned {part.phase.words}",
            "give the plan a rate and the phase some seconds",
            void=True,
        )
    for offer in part.offers:
        if offer.recorded != offer.planned:
            yield Guard(
                "not-all-recorded",
                f"{offer.planned} requests planned in the phase {offer.phase}, {offer.recorded} "
                "recorded",
                "read load.log; a trial's requests must all be recorded",
                void=True,
            )
        if offer.sent < SENT_SHARE * offer.planned:
            yield Guard(
                "rate-missed",
                f"the generator sent {offer.sent} of {offer.planned} requests planned in the phase "
                f"{offer.phase}",
                "give it a free core, or lower the rate",
                void=True,
            )


def send_lag(part: Window, bound_ms: float) -> Iterator[Guard]:
    """Ask whether the phase's requests left in time, at P99 in ms."""
    if part.late < 0.01 * (part.n - part.ended[Ended.UNSENT]):
        return  # P99's rank is among those in time: its value need not be found
    sent = part.requests[part.column("sent") >= 0]
    [lag] = percentiles(sent["sent"] - sent["intended"], (99,), CONFIDENCE)
    if lag.value > bound_ms:
        yield Guard(
            "send-lag",
            f"the generator sent late: P99 {lag.value:.1f} ms > {bound_ms:g} ms {part.phase.words}",
            "give it a free core, or lower the rate",
            void=True,
        )
