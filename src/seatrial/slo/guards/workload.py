"""Whether what was tried was the declared workload: at the start, and until a phase's end.

Who changed it is known by the field manager who wrote it. The autoscaler may write the count of
replicas, and the trial's own fault what it says that it changes; whoever else is another writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from seatrial.slo import words
from seatrial.slo.guards.guard import Guard
from seatrial.slo.guards.instruments import allowed_ns, silent_guard
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from seatrial.slo.windows import Window
    from seatrial.timeline import ObjectSample, Timeline, WorkloadSample

#: The field manager by which a HorizontalPodAutoscaler writes ``spec.replicas``.
AUTOSCALER = "kube-controller-manager/scale"
_HPA = "HorizontalPodAutoscaler"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an object: seen at ``at_ns``, made after ``since_ns``, by ``writer``."""

    since_ns: int
    at_ns: int
    what: str  # the object, in words
    how: str
    writer: str
    kind: str  # what a fault must say that it changes, for the change to be its own


def undeclared(timeline: Timeline, part: Window) -> Iterator[Guard]:
    """Ask whether the workload, read back as the load started, was at its declared state."""
    if not part.spans or "declared" not in timeline.plan.instruments:
        return
    found, judged_ns = timeline.declared, part.spans[0][0]
    if found is None or found.at_ns > judged_ns:
        what = "the workload was not read back before the phase began"
    elif found.missing:
        what = f"as the load started the workload was not that of {found.by}: "
        what += "; ".join(found.missing)
    else:
        return
    mend = "find who writes these fields: kubectl get --show-managed-fields"
    yield Guard("workload-undeclared", what, mend, void=True)


def other_writer(timeline: Timeline, part: Window) -> Iterator[Guard]:
    """Ask whether anyone changed the deployment before the phase was over, and could be seen to."""
    if not part.spans or timeline.plan.sabotage:
        return
    end_ns = part.spans[-1][1]
    yield from _unseen(timeline, end_ns)
    changes = [*_of_workload(timeline.workload), *_of_objects(timeline.objects)]
    others = [item for item in changes if item.since_ns < end_ns and not _own(timeline, item)]
    if not others:
        return
    first = min(others, key=lambda item: (item.at_ns, item.what))
    yield Guard(
        "other-writer",
        f"{first.what} was {first.how} by {first.writer or 'an unknown field manager'}, seen "
        f"{words.since_fault(timeline, first.at_ns)}{_rest(others)}",
        "keep others from the workload during a trial",
        void=True,
    )


def _rest(others: list[Change]) -> str:
    return f" ({len(others)} changes in all)" if len(others) > 1 else ""


def _own(timeline: Timeline, change: Change) -> bool:
    """Tell whether the change is what the trial's own fault, or its undo, says that it changes."""
    return any(
        change.kind in hit.changes
        and change.at_ns >= hit.started_ns
        and change.since_ns <= hit.ended_ns
        for hit in timeline.faults
    )


def _of_workload(samples: Iterable[WorkloadSample]) -> Iterator[Change]:
    """Yield the workload's changes; samples of before these fields were recorded tell nothing."""
    known = sorted((item for item in samples if item.spec_digest), key=lambda item: item.at_ns)
    for before, after in pairwise(known):
        what = f"workload {after.name}"
        times = (before.at_ns, after.at_ns, what)
        if before.gone and after.gone:
            continue
        if after.gone or before.gone:
            yield Change(*times, "deleted" if after.gone else "made anew", "", "workload")
        elif after.spec_digest != before.spec_digest:
            yield Change(*times, "changed", after.spec_writer, "workload")
        elif _counted(after) != _counted(before) and after.replicas_writer != AUTOSCALER:
            how = f"scaled from {before.spec_replicas} to {after.spec_replicas}"
            yield Change(*times, how, after.replicas_writer, "replicas")


def _counted(sample: WorkloadSample) -> tuple[int, int, str]:
    """Return what differs once the count was written, also if it was written back since."""
    return sample.spec_replicas, sample.generation, sample.replicas_written


def _of_objects(samples: Iterable[ObjectSample]) -> Iterator[Change]:
    for (kind, name), own in _by_object(samples):
        for before, after in pairwise(own):
            times = (before.at_ns, after.at_ns, f"{kind} {name}")
            if _state(before) != _state(after):
                how = "deleted" if after.gone else "made" if before.gone else "changed"
                changes = "autoscaler" if kind == _HPA else kind
                yield Change(*times, how, after.writer, changes)
            elif _count(before) != _count(after) and after.replicas_writer != AUTOSCALER:
                how = f"scaled from {before.replicas} to {after.replicas}"
                yield Change(*times, how, after.replicas_writer, "replicas")


def _by_object(
    samples: Iterable[ObjectSample],
) -> Iterator[tuple[tuple[str, str], list[ObjectSample]]]:
    ordered = sorted(samples, key=lambda item: (item.kind, item.name, item.at_ns))
    for key, own in groupby(ordered, key=lambda item: (item.kind, item.name)):
        yield key, list(own)


def _state(sample: ObjectSample) -> tuple[str, str, str, bool]:
    """Return what differs once an object was written, also if it was written back since."""
    return sample.uid, sample.digest, sample.written, sample.gone


def _count(sample: ObjectSample) -> tuple[int | None, str, str]:
    """Return what differs once the count was written, also if it was written back since."""
    return sample.replicas, sample.replicas_writer, sample.replicas_written


def _unseen(timeline: Timeline, end_ns: int) -> Iterator[Guard]:
    """Ask whether each object was read when the load began and when the phase was over.

    What lies between can be told from these two: an object that was changed and changed back says
    so in its managed fields. The autoscaler's own is left to the objectives that are about it.
    """
    if "objects" not in timeline.plan.instruments:
        return
    allowed = allowed_ns("objects")
    start_ns = min((phase.start_ns for phase in timeline.plan.phases), default=0)
    seen = {key: own for key, own in _by_object(timeline.objects) if key[0] != _HPA}
    if not seen:
        yield silent_guard("objects", "at all")
    late = [own[0] for own in seen.values() if own[0].at_ns > start_ns + allowed]
    lost = [own[-1] for own in seen.values() if own[-1].at_ns < end_ns - allowed]
    if late:
        last_ns = max(item.at_ns for item in late)
        yield silent_guard(f"objects ({_named(late)})", f"until {last_ns / NANOSECONDS:.0f} s")
    if lost:
        first_ns = min(item.at_ns for item in lost)
        yield silent_guard(f"objects ({_named(lost)})", f"after {first_ns / NANOSECONDS:.0f} s")


def _named(samples: list[ObjectSample]) -> str:
    return ", ".join(f"{item.kind} {item.name}" for item in samples)
