"""Seconds from a change of the load until the autoscaler has answered it.

The load changes where the plan's next phase has another rate and the recorded requests show it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo.case import Case, Found, undecided
from seatrial.slo.rules.scaling.answer import answered_ns, decided, never, wait
from seatrial.slo.rules.scaling.demand import change_of_load
from seatrial.slo.rules.scaling.steps import inside, steps
from seatrial.slo.rules.scaling.told import cpu, saturated_spans, saturation

if TYPE_CHECKING:
    from seatrial.slo.rules.scaling.answer import Wait
    from seatrial.slo.rules.scaling.series import Moment


def scale_up_lag(case: Case) -> Found:
    """Judge the seconds from the load's rise until CPU is within target and all are Ready.

    Within target is target plus the autoscaler's tolerance. A load that CPU never noticed, or
    that it got over without a further replica, asked for nothing and decides nothing.
    """
    change = change_of_load(case, up=True)
    if change is None:
        return undecided(
            "the load does not rise in this phase", guard="load-too-low", n=case.part.n
        )
    it = wait(case, change, seen=_within_target, hoped=_may_be_within)
    if not any(item.load_percent is not None for item in it.found):
        return undecided("the samples do not say CPU and its target", n=it.n)
    if _stuck(it.found):
        return never(it, saturation(case))
    grown = [s for s in inside(steps(case.timeline), (_span(it),)) if s.change > 0]
    if not grown and answered_ns(it, it.hoped) is not None:
        highest = max(it.found, key=lambda item: item.load_percent or 0)
        why = f"the load asked for no further replica: {cpu(highest)} at the highest"
        return undecided(why, guard="load-too-low", n=it.n)
    size = grown[-1].after if grown else 0
    return decided(it, f"CPU within target and all of {size} Ready")


def _span(it: Wait) -> tuple[int, int]:
    return it.change.start_ns, it.change.end_ns


def _within_target(moment: Moment) -> bool:
    return moment.load_percent is not None and not moment.over and bool(moment.ready)


def _may_be_within(moment: Moment) -> bool:
    return not moment.over and moment.ready is not False


def _stuck(found: list[Moment]) -> bool:
    """Tell whether it was at its maximum and saturated at the end; no time would have helped."""
    full = saturated_spans(found)
    return bool(full) and full[-1][1] == found[-1].end_ns


def scale_down_lag(case: Case) -> Found:
    """Judge the seconds from the load's fall until desired is back at the plan's minimum."""
    change = change_of_load(case, up=False)
    if change is None:
        return undecided("the load does not fall in this phase", n=case.part.n)
    least = case.timeline.plan.replicas_min
    it = wait(
        case,
        change,
        seen=lambda item: 0 < _desired(item) <= least,
        hoped=lambda item: _desired(item) <= least,
    )
    first = next((_desired(item) for item in it.found if _desired(item)), 0)
    if not first:
        return undecided("no sample says what the HPA desired", n=it.n)
    if first <= least:
        return undecided(f"nothing to take away: {first} desired when {change.words}", n=it.n)
    return decided(it, f"the HPA's desired {first} to {least}")


def _desired(moment: Moment) -> int:
    """Return what the autoscaler desired; 0 where nobody knows."""
    seen = moment.autoscaler
    return 0 if seen is None or seen.gone else seen.desired
