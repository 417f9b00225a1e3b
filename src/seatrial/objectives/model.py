"""The form of an OpenSLO v1 document of ``kind: SLO``, as far as seatrial reads it.

Only the form: which keys there are and of what type. What a document means, and which of
OpenSLO's choices seatrial does not take, is ``translate``'s.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 -- pydantic resolves it at run time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from seatrial.slo import (  # noqa: TC001 -- pydantic resolves them
    Each,
    Failure,
    Indicator,
    Op,
    PhaseName,
)

Name = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
Label = Annotated[str, Field(pattern=r"^[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$")]
Description = Annotated[str, Field(max_length=1050)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]
Severity = Literal["blocker", "critical", "normal", "minor", "trivial"]


class Part(BaseModel):
    """A mapping of the document, keys in OpenSLO's camelCase: no unknown ones, no coercion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


class Metadata(Part):
    """Who a document is. Of its labels seatrial reads ``severity`` and ``scenario``."""

    name: Name
    display_name: str | None = None
    labels: dict[Label, str | list[str]] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)


class SourceSpec(Part):
    """Seatrial's own metric source: what to measure in a trial's record. Names carry the units."""

    model_config = ConfigDict(alias_generator=None)

    indicator: Annotated[Indicator, Field(strict=False)]
    phases: Annotated[list[Annotated[PhaseName, Field(strict=False)]], Field(min_length=1)]
    arm: str | None = None
    each: Annotated[Each, Field(strict=False)] | None = None
    floor: Annotated[int, Field(ge=1)] | None = None
    below_ms: Positive | None = None
    window_s: Positive | None = None
    success_ratio: Share | None = None
    latency_ratio: Share | None = None
    grace_s: Positive | None = None
    bad: Annotated[list[Annotated[Failure, Field(strict=False)]], Field(min_length=1)] | None = None


class Source(Part):
    """Where a metric comes from. OpenSLO leaves ``spec`` to each type of source."""

    type: Literal["seatrial"]
    spec: SourceSpec


class Metric(Part):
    """A metric with its source."""

    metric_source: Source


class TotalSpec(Part):
    """The denominator of every ratio: the requests that the plan had, sent or not."""

    indicator: Literal["planned"]


class TotalSource(Part):
    """The source of the denominator."""

    type: Literal["seatrial"]
    spec: TotalSpec


class TotalMetric(Part):
    """The denominator."""

    metric_source: TotalSource


class RatioMetric(Part):
    """Good requests over planned ones."""

    counter: bool = True
    good: Metric
    total: TotalMetric


class IndicatorSpec(Part):
    """An SLI: a ratio or a threshold metric."""

    description: Description | None = None
    ratio_metric: RatioMetric | None = None
    threshold_metric: Metric | None = None


class InlineIndicator(Part):
    """The SLI, inside its SLO."""

    metadata: Metadata
    spec: IndicatorSpec


class Calendar(Part):
    """A calendar-aligned window's start."""

    start_time: str | date
    time_zone: str


class TimeWindow(Part):
    """The window of the service's error budget. A trial is judged over its own phases."""

    duration: Annotated[str, Field(pattern=r"^[1-9][0-9]*[mhdwMQY]$")]
    is_rolling: bool = False
    calendar: Calendar | None = None


class Threshold(Part):
    """One of an SLO's objectives: a target for a ratio, an op and a value for a threshold."""

    display_name: str | None = None
    op: Annotated[Op, Field(strict=False)] | None = None
    value: Finite | None = None
    target: Annotated[float, Field(ge=0, lt=1)] | None = None
    target_percent: Annotated[float, Field(ge=0, lt=100)] | None = None


class Spec(Part):
    """What an SLO promises."""

    description: Description | None = None
    service: str
    indicator: InlineIndicator
    time_window: Annotated[list[TimeWindow], Field(min_length=1, max_length=1)] | None = None
    budgeting_method: Literal["Occurrences"]
    objectives: Annotated[list[Threshold], Field(min_length=1)]


class Document(Part):
    """One SLO."""

    api_version: Literal["openslo/v1"]
    kind: Literal["SLO"]
    metadata: Metadata
    spec: Spec
