"""From a document's form to the objectives it means, one for each phase and target.

Which of OpenSLO's metrics, comparisons and keys go with which indicator stands in ``FORMS``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.objectives.labels import faults, scenarios, severity
from seatrial.objectives.model import SourceSpec
from seatrial.objectives.parts import base_name, budget_s, target_of
from seatrial.slo import Indicator, Objective, Op, PhaseName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.objectives.model import Document, Threshold
    from seatrial.objectives.source import Source, Way

SMALL = (Op.LT, Op.LTE)
LARGE = (Op.GT, Op.GTE)
ANY_PHASE = tuple(PhaseName)
SPEC: Way = ("spec", "indicator", "spec")
RATIO: Way = (*SPEC, "ratioMetric", "good", "metricSource", "spec")
THRESHOLD: Way = (*SPEC, "thresholdMetric", "metricSource", "spec")


@dataclass(frozen=True, slots=True)
class Form:
    """How one indicator is written; ``ops`` is empty for a ratio, which has a target instead.

    ``floor`` is the least N where the document gives none. A promise that ``worst`` keeps, too,
    promises nothing.
    """

    ops: tuple[Op, ...]
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    floor: int = 1
    phases: tuple[PhaseName, ...] = ANY_PHASE
    worst: float | None = None


FORMS: dict[Indicator, Form] = {
    Indicator.SUCCESS: Form((), may=("arm", "each", "floor", "bad"), floor=100),
    Indicator.LATENCY: Form((), needs=("below_ms",), may=("arm", "each", "floor"), floor=100),
    # Not each: a retried answer names the replica that helped, not the one that failed.
    Indicator.FIRST_ATTEMPT: Form((), may=("arm", "floor"), floor=100),
    Indicator.MEAN_LATENCY: Form(SMALL, may=("arm", "each", "floor"), floor=100),
    Indicator.TIMEOUTS: Form(SMALL, may=("arm", "each", "floor"), floor=3000),
    Indicator.THROUGHPUT: Form((Op.GTE,), needs=("window_s",), worst=0),
    Indicator.REPLICA_RANGE: Form(SMALL),
    Indicator.SCALING_ACTIVE: Form(SMALL, may=("grace_s",)),
    Indicator.SCALE_UP_LAG: Form(SMALL),
    Indicator.SCALE_DOWN_LAG: Form(SMALL),
    Indicator.SCALING_STEPS: Form(SMALL),
    Indicator.SCALING_REVERSALS: Form(SMALL),
    Indicator.EARLY_DOWN_STEPS: Form(SMALL),
    Indicator.REPLICA_WRITERS: Form(SMALL),
    Indicator.READY_LAG: Form(SMALL),
    Indicator.READY_REPLICAS: Form(LARGE, worst=0),
    Indicator.REPLICA_SPREAD: Form(SMALL, may=("floor",), floor=1000),
    Indicator.ARM_SPLIT: Form(SMALL, may=("floor",), floor=1000),
    Indicator.SERVED_AGAIN: Form(
        SMALL,
        needs=("window_s", "below_ms", "success_ratio", "latency_ratio"),
        may=("floor",),
        floor=100,
        phases=(PhaseName.FAULT,),
    ),
    Indicator.REPLICA_REPLACED: Form(SMALL, phases=(PhaseName.FAULT,)),
    Indicator.PARITY: Form(
        SMALL,
        may=("floor",),
        floor=1000,
        phases=(PhaseName.BASELINE, PhaseName.FAULT, PhaseName.RECOVERY, PhaseName.WHOLE),
    ),
    Indicator.PROXY_RETRIES: Form(SMALL),
    Indicator.EJECTIONS: Form(SMALL),
    Indicator.PROXY_OVERFLOWS: Form(SMALL),
    # One fault left behind is an outage of its own.
    Indicator.UNDO: Form(SMALL, phases=(PhaseName.WHOLE,), worst=1),
}
#: Keys of ``SourceSpec`` that only some indicators take.
SPECIFIC = tuple(key for key in SourceSpec.model_fields if key not in ("indicator", "phases"))


def translate(document: Document, source: Source) -> tuple[Objective, ...]:
    """Return the document's objectives. Raises ObjectivesError with file, line and key."""
    spec = _metric(document, source)
    way = THRESHOLD if FORMS[spec.indicator].ops else RATIO
    _check_keys(spec, source, way)
    many = len(document.spec.objectives) > 1
    if many and way == THRESHOLD:
        raise source.error(
            ("spec", "objectives"),
            got=f"{len(document.spec.objectives)} objectives",
            expected="one, with a thresholdMetric",
        )
    return tuple(
        objective
        for index, threshold in enumerate(document.spec.objectives)
        for objective in _objectives(document, spec, threshold, source, index)
    )


def _metric(document: Document, source: Source) -> SourceSpec:
    """Return the one metric that the indicator is measured by."""
    ratio = document.spec.indicator.spec.ratio_metric
    threshold = document.spec.indicator.spec.threshold_metric
    if (ratio is None) == (threshold is None):
        got = "neither" if ratio is None else "both"
        raise source.error(SPEC, got=got, expected="either ratioMetric or thresholdMetric")
    metric = ratio.good if ratio is not None else threshold
    assert metric is not None  # noqa: S101 -- one of the two is there, for mypy
    spec = metric.metric_source.spec
    wants_ratio = not FORMS[spec.indicator].ops
    if wants_ratio != (ratio is not None):
        way = (*(RATIO if ratio is not None else THRESHOLD), "indicator")
        kind = "ratioMetric" if wants_ratio else "thresholdMetric"
        raise source.error(way, got=spec.indicator.value, expected=f"it inside a {kind}")
    return spec


def _check_keys(spec: SourceSpec, source: Source, way: Way) -> None:
    """Refuse a key that the indicator has no use for: it would be written and not judged."""
    form = FORMS[spec.indicator]
    for key in SPECIFIC:
        given = getattr(spec, key) is not None
        if given and key not in form.needs + form.may:
            keys = ", ".join(("indicator", "phases", *form.needs, *form.may))
            raise source.error(
                (*way, key), got=f"a key that {spec.indicator} does not take", expected=keys
            )
        if not given and key in form.needs:
            raise source.error(
                way, got=f"no {key}", expected=f"{key}, as {spec.indicator} needs it"
            )
    if spec.arm is not None and spec.each is not None:
        raise source.error((*way, "each"), got="arm and each", expected="either of them")
    for index, phase in enumerate(spec.phases):
        if phase not in form.phases or phase in spec.phases[:index]:
            expected = f"each once, of {', '.join(form.phases)}"
            raise source.error((*way, "phases", index), got=phase.value, expected=expected)


def _objectives(
    document: Document, spec: SourceSpec, threshold: Threshold, source: Source, index: int
) -> Iterator[Objective]:
    op, value = _promise(spec, threshold, source, ("spec", "objectives", index))
    base = base_name(document, threshold, source, index)
    form = FORMS[spec.indicator]
    title = document.metadata.display_name or document.metadata.name
    if len(document.spec.objectives) > 1:
        title = f"{title}, {threshold.display_name}"
    for phase in spec.phases:
        yield Objective(
            name=f"{base}-{phase}" if len(spec.phases) > 1 else base,
            title=title,
            indicator=spec.indicator,
            phase=phase,
            op=op,
            value=value,
            floor=spec.floor or form.floor,
            within_ms=spec.below_ms,
            arm=spec.arm,
            each=spec.each,
            window_s=spec.window_s,
            good_ratio=spec.success_ratio,
            fast_ratio=spec.latency_ratio,
            grace_s=spec.grace_s,
            bad=tuple(dict.fromkeys(spec.bad or ())),
            severity=severity(document, source),
            scenarios=scenarios(document, source),
            faults=faults(document, source),
            source=f"{source.path}:{source.lines['spec', 'objectives', index]}",
            budget_s=None if form.ops else budget_s(document),
        )


def _promise(spec: SourceSpec, threshold: Threshold, source: Source, way: Way) -> tuple[Op, float]:
    """Return comparison and value: a ratio's are its target, a threshold's stand there."""
    form = FORMS[spec.indicator]
    if form.ops:
        return _threshold(threshold, form, source, way)
    for key in ("op", "value"):
        if getattr(threshold, key) is not None:
            got = "a key that goes with a thresholdMetric only"
            raise source.error((*way, key), got=got, expected="target or targetPercent")
    target = target_of(threshold, source, way)
    if target is None:
        raise source.error(way, got="no target", expected="target or targetPercent")
    return Op.GTE, target


def _threshold(threshold: Threshold, form: Form, source: Source, way: Way) -> tuple[Op, float]:
    if threshold.op not in form.ops:
        got = threshold.op.value if threshold.op else "no op"
        raise source.error((*way, "op"), got=got, expected=" or ".join(form.ops))
    if threshold.value is None:
        raise source.error(way, got="no value", expected="value, in the indicator's unit")
    if form.worst is not None and threshold.op.holds(form.worst, threshold.value):
        raise source.error(
            (*way, "value"),
            got=f"{threshold.op} {threshold.value:g}",
            expected=f"what {form.worst:g} does not keep: this promises nothing",
        )
    # One trial is one occurrence, good or not: every target above 0 demands that it be good.
    target_of(threshold, source, way)
    return threshold.op, threshold.value
