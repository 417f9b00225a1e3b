"""Each Ready replica's share of the answers beside a fair one, while the same ones are Ready.

Shares are compared in stretches in which the set of Ready endpoints does not change: from
``SETTLING_NS`` after a change (proxies resolve, check and warm up a newcomer in that time) to
``FORESIGHT_NS`` before the next (a dying replica stops before it is seen to). The fault counts as
a change, too. While no sample came for longer than one may be awaited, nobody knows who was Ready,
and nothing is compared. In a stretch a fair share is one over the number of Ready replicas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seatrial.slo import words
from seatrial.slo.case import Case, Found, too_small
from seatrial.slo.guards import allowed_ns
from seatrial.slo.rules.shares import Deviation, deviation, equivalent
from seatrial.slo.spans import fault
from seatrial.timeline import NANOSECONDS, NO_REPLICA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seatrial.slo.spans import Span
    from seatrial.timeline import Timeline

SETTLING_NS = 10 * NANOSECONDS
FORESIGHT_NS = 2 * NANOSECONDS
#: A replica expected to have given fewer answers than this is named, but not judged.
LEAST_EXPECTED = 100.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """``[start_ns, end_ns)`` in which these replicas (by ip), and no others, were Ready."""

    start_ns: int
    end_ns: int
    ready: frozenset[str]


@dataclass(slots=True)
class Tally:
    """One replica's answers over the stretches in which it was Ready."""

    seen: int = 0
    unknown: int = 0
    total: int = 0
    expected: float = 0.0


def replica_spread(case: Case) -> Found:
    """Judge by how many % a Ready replica's share is off a fair one, at the most."""
    stretches = [
        item for item in steady_stretches(case.timeline, case.part.spans) if len(item.ready) > 1
    ]
    tallies, n = tally(case, stretches)
    judged = {ip: item for ip, item in tallies.items() if item.expected >= LEAST_EXPECTED}
    if not judged or n < case.objective.floor:
        what = "answers given while the same replicas, two at least, were Ready"
        seen = words.count(n, "such answer")
        return too_small(case.objective.floor, what, n=n, seen=seen)
    found = [_deviation(case, ip, item) for ip, item in sorted(judged.items())]
    text = ", ".join(f"{item.name} {item.seen:+.1f} %" for item in found)
    brief = len(tallies) - len(judged)
    left_out = f", {words.count(brief, 'replica')} Ready too briefly to be judged" if brief else ""
    seconds = sum(item.end_ns - item.start_ns for item in stretches) / NANOSECONDS
    seen = f"{text} off a fair share of {words.count(n, 'answer')} in {seconds:.0f} s{left_out}"
    return equivalent(case, found, n, seen, "%")


def _deviation(case: Case, ip: str, item: Tally) -> Deviation:
    # Counts of several stretches, each binomial with its own share, vary less than one binomial
    # with their mean share does (Hoeffding 1956): the exact interval stays on the safe side.
    return deviation(
        words.replica_name(case.timeline, ip),
        seen=item.seen,
        unknown=item.unknown,
        total=item.total,
        expected=item.expected / item.total,
        relative=True,
        confidence=case.confidence,
    )


def steady_stretches(timeline: Timeline, spans: Sequence[Span]) -> list[Stretch]:
    """Return the stretches of the spans in which the set of Ready endpoints did not change."""
    changes = _changes(timeline)
    found: list[Stretch] = []
    for index, (since, ready) in enumerate(changes):
        until = changes[index + 1][0] - FORESIGHT_NS if index + 1 < len(changes) else None
        for start, end in spans:
            first = max(start, since + SETTLING_NS)
            last = end if until is None else min(end, until)
            if first < last:
                found.append(Stretch(first, last, ready))
    return found


def _changes(timeline: Timeline) -> list[tuple[int, frozenset[str]]]:
    """Return when the set of Ready endpoints became what, the fault included as a change.

    The set is empty from the last sample before a silence on.
    """
    found: list[tuple[int, frozenset[str]]] = []
    hit = fault(timeline)
    for at_ns, ready in _known(timeline):
        if hit is not None and found and found[-1][0] < hit.started_ns <= at_ns:
            found.append((hit.started_ns, found[-1][1]))
        if not found or found[-1][1] != ready:
            found.append((at_ns, ready))
    return found


def _known(timeline: Timeline) -> Iterator[tuple[int, frozenset[str]]]:
    """Yield the samples in order, an empty one wherever they fall silent."""
    marks = sorted((sample.at_ns, frozenset(sample.ready)) for sample in timeline.endpoints)
    end_ns = max((phase.end_ns for phase in timeline.plan.phases), default=0)
    for index, (at_ns, ready) in enumerate(marks):
        yield at_ns, ready
        until = marks[index + 1][0] if index + 1 < len(marks) else end_ns
        if until - at_ns > allowed_ns("endpoints"):
            yield at_ns + 1, frozenset()


def tally(case: Case, stretches: Sequence[Stretch]) -> tuple[dict[str, Tally], int]:
    """Count each replica's answers; return them by ip, and how many answers there were in all.

    An answer of a replica that was not Ready then is left out; one without a replica is unknown.
    """
    tallies: dict[str, Tally] = {}
    answers = 0
    for item in stretches:
        given, unknown = _given(case, item)
        total = sum(given.values()) + unknown
        if not total - unknown:
            continue
        answers += total - unknown
        for ip in item.ready:
            mine = tallies.setdefault(ip, Tally())
            mine.seen += given[ip]
            mine.unknown += unknown
            mine.total += total
            mine.expected += total / len(item.ready)
    return tallies, answers


def _given(case: Case, item: Stretch) -> tuple[dict[str, int], int]:
    """Return how many answers each Ready replica gave in a stretch, and how many are unknown."""
    low, high = np.searchsorted(case.part.intended, (item.start_ns, item.end_ns))
    codes = case.part.column("replica")[low:high]
    given = dict.fromkeys(item.ready, 0)
    for code, ip in _addresses(case.timeline):
        if ip in given:
            given[ip] += int(np.count_nonzero(codes == code))
    return given, int(np.count_nonzero(codes == NO_REPLICA))


def _addresses(timeline: Timeline) -> Iterator[tuple[int, str]]:
    names = timeline.load.replicas if timeline.load is not None else ()
    return ((code, words.host(address)) for code, address in enumerate(names))
