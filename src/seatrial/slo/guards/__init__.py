"""What keeps a trial from deciding: each guard has a name, what was seen, and the mend.

One module for each source, and one question each in ``CHECKS``: it says when it is asked, and which
guards may answer it. A new indicator says what it needs in ``needs``, and which of its rule's own
guards it can raise in ``undecided``; slos/README.md has the table of all guards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seatrial.slo.guards.clock import clock
from seatrial.slo.guards.fault import aborted, happened, late, left, overlaps
from seatrial.slo.guards.guard import Guard
from seatrial.slo.guards.instruments import allowed_ns, silence
from seatrial.slo.guards.lease import lost
from seatrial.slo.guards.load import load, send_lag
from seatrial.slo.guards.needs import NEEDS, Load, Needs
from seatrial.slo.guards.undecided import own
from seatrial.slo.guards.workload import other_writer, undeclared
from seatrial.slo.values import Each, Indicator, PhaseName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seatrial.slo.values import Objective
    from seatrial.slo.windows import Window
    from seatrial.timeline import Timeline

__all__ = [
    "CHECKS",
    "NEEDS",
    "Guard",
    "Load",
    "Needs",
    "allowed_ns",
    "names_for",
    "needs_of",
    "raised",
]

_BASELINE = (PhaseName.BASELINE,)
_AFTER = (PhaseName.RECOVERY, PhaseName.OUTSIDE)
_HELD = (PhaseName.BASELINE, PhaseName.FAULT)


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to a trial: ``names`` are the guards that may answer it.

    ``asked`` tells for which needs and phases it is put at all, ``of_fault`` that a trial without
    an experiment is not asked.
    """

    names: tuple[str, ...]
    asked: Callable[[Needs, PhaseName], bool]
    ask: Callable[[Timeline, Window, Needs], Iterator[Guard]]
    of_fault: bool = False

    def put(self, needs: Needs, phase: PhaseName, *, experiment: bool) -> bool:
        """Tell whether the question is put to a trial, with or without an experiment."""
        return self.asked(needs, phase) and (experiment or not self.of_fault)


def _load(timeline: Timeline, part: Window, needs: Needs) -> Iterator[Guard]:
    measures = needs.load is Load.MEASURES
    return (replace(guard, void=measures) for guard in load(timeline, part))


def _workload(timeline: Timeline, part: Window, needs: Needs) -> Iterator[Guard]:
    # Who judges writers may say FAIL of what they did; for all others it was another workload.
    for guard in (*undeclared(timeline, part), *other_writer(timeline, part)):
        yield replace(guard, void=guard.void and not needs.judges_writers)


def _lease(timeline: Timeline, _: Window, needs: Needs) -> Iterator[Guard]:
    # A fault that is still there is still there, whoever had the lease.
    return (replace(guard, void=needs.workload) for guard in lost(timeline))


def _silence(timeline: Timeline, part: Window, needs: Needs) -> Iterator[Guard]:
    for instrument in needs.instruments:
        yield from silence(timeline, part, instrument)


#: Every question, in the order in which a verdict names what was found.
CHECKS: tuple[Check, ...] = (
    Check(
        ("clock-jumped",),
        lambda needs, _: needs.instants,
        lambda timeline, _, __: clock(timeline),
    ),
    Check(("lease-lost",), lambda _, __: True, _lease),
    Check(
        ("fault-missing", "fault-unproven", "fault-misplaced"),
        lambda needs, phase: needs.instants and phase not in _BASELINE,
        lambda timeline, _, __: happened(timeline),
        of_fault=True,
    ),
    Check(
        ("fault-late",),
        lambda needs, phase: needs.instants and phase is PhaseName.FAULT,
        lambda timeline, _, __: late(timeline),
        of_fault=True,
    ),
    Check(
        # It can only have been worse in its whole time: what is broken already stays broken.
        ("fault-aborted",),
        lambda needs, phase: needs.instants and phase not in _BASELINE,
        lambda timeline, _, __: aborted(timeline),
        of_fault=True,
    ),
    Check(
        ("fault-overlaps",),
        lambda needs, phase: needs.instants and phase in _AFTER,
        lambda timeline, _, __: overlaps(timeline),
        of_fault=True,
    ),
    Check(
        ("fault-not-undone",),
        lambda needs, phase: needs.instants and phase not in _HELD,
        lambda timeline, _, __: left(timeline),
        of_fault=True,
    ),
    Check(
        ("load-lost", "load-failed", "not-all-recorded", "no-requests", "rate-missed"),
        lambda needs, _: needs.load is not Load.NONE,
        _load,
    ),
    Check(
        # Some ms more or less before a request left change what it measures, not what it provokes.
        ("send-lag",),
        lambda needs, _: needs.load is Load.MEASURES,
        lambda timeline, part, _: send_lag(part, timeline.plan.send_lag_bound_ms),
    ),
    Check(
        ("workload-undeclared", "other-writer", "instrument-silent"),
        lambda needs, _: needs.workload,
        _workload,
    ),
    Check(("instrument-silent",), lambda needs, _: bool(needs.instruments), _silence),
)


def needs_of(objective: Objective) -> Needs:
    """Return what an objective can't be judged without: a replica's share tells who was Ready."""
    each = objective.each is Each.REPLICA
    return NEEDS.get(Indicator.REPLICA_SPREAD if each else objective.indicator, Needs())


def raised(timeline: Timeline, part: Window, objective: Objective) -> tuple[Guard, ...]:
    """Return every guard that stands between this trial and a PASS of the objective in ``part``."""
    needs, experiment = needs_of(objective), bool(timeline.plan.experiment)
    put = (check for check in CHECKS if check.put(needs, part.phase, experiment=experiment))
    return tuple(guard for check in put for guard in check.ask(timeline, part, needs))


def names_for(objective: Objective, *, experiment: bool = True) -> tuple[str, ...]:
    """Return the name of every guard that can keep the objective from PASS, each once.

    ``experiment`` tells whether a trial that it is promised in has a fault.
    """
    needs = needs_of(objective)
    put = (check for check in CHECKS if check.put(needs, objective.phase, experiment=experiment))
    return tuple(dict.fromkeys([*(name for check in put for name in check.names), *own(objective)]))
