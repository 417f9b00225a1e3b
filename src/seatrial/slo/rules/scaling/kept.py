"""States that must hold all the time: the range, an active autoscaler, Ready as many as desired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo import words
from seatrial.slo.case import Case, Found, undecided
from seatrial.slo.rules.scaling.series import (
    Moment,
    autoscaled,
    clipped,
    in_spans,
    moments,
    sampled,
    stretches,
)
from seatrial.slo.rules.scaling.told import total_s
from seatrial.slo.values import Outcome
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.timeline import AutoscalerSample, Plan, WorkloadSample


def replica_range(case: Case) -> Found:
    """Judge how many samples leave the plan's range, or show an HPA with another range."""
    plan, scalers = case.timeline.plan, autoscaled(case)
    workloads = in_spans(case.timeline.workload, case.part.spans)
    sizes = [s.spec_replicas for s in workloads] + [s.desired for s in scalers if s.desired]
    if not sizes:
        return undecided("no sample says how many replicas there should be")
    outside = [(s.at_ns, what) for s in workloads for what in _asked(s, plan)]
    outside += [(s.at_ns, what) for s in scalers for what in _wanted(s, plan)]
    seen = f"{min(sizes)} to {max(sizes)} {sampled([*workloads, *scalers])}"
    n, value = len(workloads) + len(scalers), float(len(outside))
    if case.objective.op.holds(value, case.objective.value):
        if not workloads or not any(item.desired for item in scalers):
            return undecided("one of both says nothing", n=n, seen=seen, value=value)
        return Found(Outcome.PASS, value, n, seen, "as observed, throughout")
    at_ns, what = min(outside)
    when = words.since_fault(case.timeline, at_ns)
    why = f"{words.count(len(outside), 'sample')} outside, the first: {what} {when}"
    instants = tuple(at_ns for at_ns, _ in outside)
    return Found(Outcome.FAIL, value, n, seen, why=why, instants=instants)


def _asked(sample: WorkloadSample, plan: Plan) -> Iterator[str]:
    if not plan.replicas_min <= sample.spec_replicas <= plan.replicas_max:
        yield f"spec.replicas was {sample.spec_replicas}"


def _wanted(sample: AutoscalerSample, plan: Plan) -> Iterator[str]:
    """Say what is wrong with one sample of the HPA, once; a count of 0 was never computed."""
    low, high = plan.replicas_min, plan.replicas_max
    wrong = [
        f"{name} was {size}"
        for name, size in (("the HPA's desired", sample.desired), ("its current", sample.current))
        if size and not low <= size <= high
    ]
    if sample.gone:
        yield "the HPA was gone"
    elif (sample.minimum, sample.maximum) != (low, high):
        yield (
            f"the HPA's own range was {sample.minimum} to {sample.maximum}, "
            f"not the plan's {low} to {high},"
        )
    elif wrong:
        yield wrong[0]


def scaling_active(case: Case) -> Found:
    """Judge the seconds in which ScalingActive was not True, from ``grace_s`` into the phase on."""
    grace_ns = round((case.objective.grace_s or 0) * NANOSECONDS)
    first = case.part.spans[0][0] + grace_ns
    spans = tuple((max(start, first), end) for start, end in case.part.spans if end > first)
    found = [item for item in clipped(moments(case.timeline), spans) if item.autoscaler]
    if not found:
        return undecided("nothing of the autoscaler is recorded after the period of grace")
    lost = stretches(found, _inactive)
    value, n = total_s(lost), len(autoscaled(case))
    seen = f"{words.upward(value)} of {total_s([(m.start_ns, m.end_ns) for m in found]):.0f} s"
    if case.objective.op.holds(value, case.objective.value):
        return Found(Outcome.PASS, value, n, seen, "as observed, throughout")
    start, end = max(lost, key=lambda span: span[1] - span[0])
    reason = next(_why_inactive(item) for item in found if item.start_ns == start)
    when = words.since_fault(case.timeline, start)
    why = f"{reason}, for {(end - start) / NANOSECONDS:.1f} s from {when} on"
    instants = tuple(item.autoscaler.at_ns for item in found if item.autoscaler and _inactive(item))
    return Found(Outcome.FAIL, value, n, seen, why=why, instants=instants)


def _inactive(moment: Moment) -> bool:
    seen = moment.autoscaler
    return seen is not None and (seen.gone or seen.scaling_active is not True)


def _why_inactive(moment: Moment) -> str:
    seen = moment.autoscaler
    if seen is None or seen.gone:
        return "the HPA was gone"
    said = {False: "False", None: "not known"}.get(seen.scaling_active, "True")
    return f"ScalingActive {said}{f' ({seen.active_reason})' if seen.active_reason else ''}"


def ready_lag(case: Case) -> Found:
    """Judge the longest stretch in which Ready differed from desired.

    One that reaches into the phase counts whole, and one that was not over when the record ended
    can't keep the promise.
    """
    found = [item for item in moments(case.timeline) if item.ready is not None]
    judged = clipped(found, case.part.spans)
    if not judged:
        return undecided("no sample says both what was desired and what was Ready")
    spans = case.part.spans
    apart = [
        (start, end)
        for start, end in stretches(found, lambda item: not item.ready)
        if any(start < last and first < end for first, last in spans)
    ]
    start, end = max(apart, key=lambda span: span[1] - span[0], default=(0, 0))
    value, n = (end - start) / NANOSECONDS, len(judged)
    when = f" from {words.since_fault(case.timeline, start)} on" if apart else ""
    seen = f"{words.upward(value)} s at the longest{when}"
    if not case.objective.op.holds(value, case.objective.value):
        why = _counts(next(item for item in found if item.start_ns == start))
        return Found(Outcome.FAIL, value, n, seen, why=why, instants=(start,))
    if apart and apart[-1][1] == found[-1].end_ns:
        return undecided("it was not over when the record ended", n=n, seen=seen, value=value)
    return Found(Outcome.PASS, value, n, seen, "as observed, throughout")


def _counts(moment: Moment) -> str:
    scaler, workload = moment.autoscaler, moment.workload
    if scaler is None or workload is None:
        return ""
    return f"{workload.ready_replicas} Ready of {scaler.desired} desired at its start"
