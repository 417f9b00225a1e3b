"""Who writes ``spec.replicas``: nobody but the autoscaler while a trial runs."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from seatrial.slo import words
from seatrial.slo.case import Case, Found, undecided
from seatrial.slo.guards.workload import AUTOSCALER
from seatrial.slo.rules.scaling.series import in_order, in_spans, sampled
from seatrial.slo.values import Outcome

if TYPE_CHECKING:
    from seatrial.timeline import Timeline, WorkloadSample


def replica_writers(case: Case) -> Found:
    """Judge how often anyone but the autoscaler wrote ``spec.replicas`` in the phase.

    A write shows as a new count, or as another owner of the count in a new generation. Where two
    generations lie between two samples, a write may have been missed: that can't PASS.
    """
    ordered = in_order(case.timeline.workload)
    judged = in_spans(ordered, case.part.spans)
    if not judged:
        return undecided("no sample of the workload")
    pairs = [
        (earlier, item)
        for earlier, item in pairwise(ordered)
        if any(start <= item.at_ns < end for start, end in case.part.spans)
    ]
    written = [item for earlier, item in pairs if _written(earlier, item)]
    others = [item for item in written if _not_the_autoscaler(item)]
    value, n = float(len(others)), len(judged)
    seen = f"{len(others)} of {words.count(len(written), 'write')} {sampled(judged)}"
    if not case.objective.op.holds(value, case.objective.value):
        why = ", ".join(_wrote(case, item) for item in others)
        instants = tuple(item.at_ns for item in others)
        return Found(Outcome.FAIL, value, n, seen, why=why, instants=instants)
    doubt = _doubt(case, pairs, written)
    if doubt:
        return undecided(doubt, n=n, seen=seen, value=value)
    return Found(Outcome.PASS, value, n, seen, "as observed, throughout")


def foreign(timeline: Timeline) -> list[WorkloadSample]:
    """Return the samples that show a write of ``spec.replicas`` by anyone but the autoscaler."""
    ordered = in_order(timeline.workload)
    pairs = pairwise(ordered)
    return [
        item for earlier, item in pairs if _written(earlier, item) and _not_the_autoscaler(item)
    ]


def _writer(item: WorkloadSample) -> str:
    """Return who wrote the count last; older samples name its owners alone, "" of none."""
    return item.replicas_writer or " and ".join(item.writers)


def _not_the_autoscaler(item: WorkloadSample) -> bool:
    if item.replicas_writer:
        return item.replicas_writer != AUTOSCALER
    return bool(item.writers) and AUTOSCALER not in item.writers


def _wrote(case: Case, item: WorkloadSample) -> str:
    return (
        f"{_writer(item)} wrote {item.spec_replicas} {words.since_fault(case.timeline, item.at_ns)}"
    )


def _doubt(
    case: Case,
    pairs: list[tuple[WorkloadSample, WorkloadSample]],
    written: list[WorkloadSample],
) -> str:
    """Say why a write may have been somebody else's unseen; "" where none can have been."""
    if any(not _writer(item) for item in written):
        return "the API does not say who wrote it"
    missed = [item for earlier, item in pairs if item.generation - earlier.generation > 1]
    if not missed:
        return ""
    when = words.since_fault(case.timeline, missed[0].at_ns)
    return f"the workload was changed more than once between two samples {when}"


def _written(earlier: WorkloadSample, item: WorkloadSample) -> bool:
    if item.spec_replicas != earlier.spec_replicas:
        return True
    wrote = (item.replicas_writer, item.replicas_written, item.writers)
    before = (earlier.replicas_writer, earlier.replicas_written, earlier.writers)
    return item.generation != earlier.generation and wrote != before
