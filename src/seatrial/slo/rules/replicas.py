"""Replicas over time: never fewer Ready than promised. The autoscaler is ``scaling``'s."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo import words
from seatrial.slo.case import Case, Found, undecided
from seatrial.slo.values import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.slo.spans import Span

#: An instant (ns since the epoch), a count, and what was counted.
Count = tuple[int, int, str]


def during(counts: Iterable[Count], spans: tuple[Span, ...]) -> list[Count]:
    """Return the counts that were in force at some instant of the spans.

    A count holds from its instant until the next; so each span begins with the last one before it.
    """
    ordered = sorted(counts)
    found: list[Count] = []
    for start, end in spans:
        found.extend([item for item in ordered if item[0] <= start][-1:])
        found.extend(item for item in ordered if start < item[0] < end)
    return found


def ready_replicas(case: Case) -> Found:
    """Judge the least count of Ready replicas, by the workload's status and by its endpoints."""
    timeline, spans = case.timeline, case.part.spans
    by_status = during(
        ((s.at_ns, s.ready_replicas, "by the workload's status") for s in timeline.workload), spans
    )
    by_endpoints = during(
        ((s.at_ns, len(s.ready), "by its endpoints") for s in timeline.endpoints), spans
    )
    counts = by_status + by_endpoints
    if not counts:
        return undecided("no sample of the workload or its endpoints")
    at_ns, least, source = min(counts, key=lambda item: (item[1], item[0]))
    seen = f"{least} at the least in {words.count(len(counts), 'sample')}"
    if not case.objective.op.holds(least, case.objective.value):
        why = f"{least} Ready {source} {words.since_fault(timeline, at_ns)}"
        return Found(Outcome.FAIL, least, len(counts), seen, why=why, instants=(at_ns,))
    return Found(Outcome.PASS, least, len(counts), seen, "as observed, throughout")
