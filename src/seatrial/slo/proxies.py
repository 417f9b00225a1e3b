"""How much the proxies counted in a stretch of time, at the least and at the most.

Counters are seen at samples, and an edge lies between two of them. What was counted there may
belong to either side: it is left out of the least and taken into the most. One edge is sharper:
what is seen first after a fault is the fault window's, not of what came before it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from seatrial.slo.spans import fault
from seatrial.timeline import NANOSECONDS, UpstreamCounts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from seatrial.slo.spans import Span
    from seatrial.timeline import ProxySample, Timeline

    Read = Callable[[UpstreamCounts], int]

#: The last sample before a fault may be this old: a second, and as long as an answer may take.
BEFORE_FAULT_NS = 5 * NANOSECONDS
_STATES = ("upstream", "ejections_active", "members", "members_healthy")
_COUNTERS = tuple(item.name for item in fields(UpstreamCounts) if item.name not in _STATES)
#: Who counted: the proxy's name and its upstream's.
Who = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Growth:
    """What one proxy's samples show: how much each of its upstreams grew, seen at which instants.

    ``restarted`` is True where a counter fell: what was counted before the fall is not known.
    """

    by: dict[Who, int]
    instants: tuple[int, ...] = ()
    restarted: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """What all proxies counted in the spans: ``least`` and ``most``; ``samples`` that show it.

    ``unknown`` has a clause for each proxy that may have counted more. ``by`` tells of whom the
    most are, ``instants`` (ns) which samples show them.
    """

    least: int
    most: int
    by: dict[Who, int]
    instants: tuple[int, ...]
    unknown: tuple[str, ...]
    proxies: int
    samples: int


def counted(timeline: Timeline, spans: Sequence[Span], read: Read) -> Counted:
    """Count by ``read`` over all proxies and spans, whatever order the samples have."""
    lives: dict[str, list[ProxySample]] = {}
    for sample in sorted(timeline.proxy, key=lambda item: (item.at_ns, item.uid)):
        lives.setdefault(sample.uid, []).append(sample)
    hit = fault(timeline)
    struck = hit.started_ns if hit is not None and hit.landed else None
    parts = [
        _Life(life, _first_round_after(timeline, span[1]), struck).over(span, read)
        for span in spans
        for life in lives.values()
    ]
    by: dict[Who, int] = {}
    for part in parts:
        for who, number in part.by.items():
            by[who] = by.get(who, 0) + number
    inside = [
        item
        for item in timeline.proxy
        if item.answered and any(start <= item.at_ns < end for start, end in spans)
    ]
    return Counted(
        least=sum(part.least for part in parts),
        most=sum(part.most for part in parts),
        by=by,
        instants=tuple(instant for part in parts for instant in part.instants),
        unknown=tuple(dict.fromkeys(clause for part in parts for clause in part.unknown)),
        proxies=len({item.uid for item in inside}),
        samples=len(inside),
    )


def _first_round_after(timeline: Timeline, end: int) -> int | None:
    """Return when proxies were first looked for after a span: who is not there came later."""
    return min((item.asked_ns for item in timeline.proxy if item.asked_ns >= end), default=None)


@dataclass(frozen=True, slots=True)
class _Life:
    """One proxy's samples, in order."""

    samples: list[ProxySample]
    round_after: int | None
    struck: int | None

    def over(self, span: Span, read: Read) -> Counted:
        """Count in one span, its edges as sharp as the samples allow."""
        start, end = span
        if self._absent(start):
            return Counted(0, 0, {}, (), (), 0, 0)
        answered = [item for item in self.samples if item.answered]
        before = [place for place, item in enumerate(answered) if item.at_ns <= start]
        inside = [
            place
            for place, item in enumerate(answered)
            if item.asked_ns >= start and item.at_ns <= end
        ]
        if start == self.struck:
            inside = before[-1:] + inside
        closing, lost = self._closing(answered, end)
        least = grown([answered[place] for place in inside], read)
        opening = before[-1] if before else 0
        most = grown(answered[opening : closing + 1], read, from_zero=not before)
        return Counted(
            least=sum(least.by.values()),
            most=sum(most.by.values()),
            by=most.by,
            instants=most.instants,
            unknown=tuple(self._unknown(answered[: closing + 1], most, lost=lost)),
            proxies=0,
            samples=0,
        )

    def _absent(self, start: int) -> bool:
        """Tell whether the proxy was gone before the span began, or came only after its end."""
        if self._gone is not None and self._gone <= start:
            return True
        return self.round_after is not None and self.samples[0].asked_ns > self.round_after

    @property
    def _gone(self) -> int | None:
        return min((item.at_ns for item in self.samples if item.gone), default=None)

    def _closing(self, answered: list[ProxySample], end: int) -> tuple[int, bool]:
        """Return which sample tells all that was counted until ``end``, and if it is too old."""
        after = [place for place, item in enumerate(answered) if item.asked_ns >= end]
        if self.struck is None or end > self.struck:
            return (after[0], False) if after else (len(answered) - 1, True)
        if after and answered[after[0]].at_ns <= self.struck:
            return after[0], False
        # The next one shows what the fault did: the last before must do.
        last = max((place for place, item in enumerate(answered) if item.at_ns <= end), default=-1)
        ended = self._gone is not None and self._gone <= self.struck
        return last, ended or last < 0 or answered[last].asked_ns < self.struck - BEFORE_FAULT_NS

    def _unknown(self, heard: list[ProxySample], most: Growth, *, lost: bool) -> Iterator[str]:
        """Say why the proxy may have counted more than its samples show."""
        name = self.samples[0].name
        if not heard:
            yield f"{name} never told what it counts"
        elif lost:
            why = "was not heard of again" if self._gone is None else "ended"
            at = f"{heard[-1].at_ns / NANOSECONDS:.1f} s into the trial"
            yield f"{name} {why} after {at}, what it counted then is lost"
        if most.restarted:
            yield f"{name} began to count anew, what it had counted last is lost"


def grown(samples: Sequence[ProxySample], read: Read, *, from_zero: bool = False) -> Growth:
    """Return how much one proxy's counts grew over its samples; ``from_zero``: since it began.

    A counter that fell began anew at 0. An upstream that is not told any more may have counted on.
    """
    by: dict[Who, int] = {}
    instants: list[int] = []
    known: dict[str, UpstreamCounts] = {}
    restarted = False
    for place, sample in enumerate(samples):
        told = {item.upstream: item for item in sample.upstreams}
        anew = any(_fell(known[name], item) for name, item in told.items() if name in known)
        more = place > 0 and sample.restarts > samples[place - 1].restarts
        restarted = restarted or anew or more or not known.keys() <= told.keys()
        known = {} if anew else known
        for upstream, item in told.items() if place or from_zero else ():
            step = read(item) - (read(known[upstream]) if upstream in known else 0)
            if step:
                by[sample.name, upstream] = by.get((sample.name, upstream), 0) + step
                instants.append(sample.at_ns)
        known = known | told
    return Growth(by, tuple(dict.fromkeys(instants)), restarted)


def _fell(sooner: UpstreamCounts, later: UpstreamCounts) -> bool:
    return any(getattr(later, name) < getattr(sooner, name) for name in _COUNTERS)
