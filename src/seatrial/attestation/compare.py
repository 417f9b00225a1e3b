"""What differs between two snapshots, readable: whose, which field, before, after. Pure.

One thing may differ: the count of replicas, within its autoscaler's range, if that wrote it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from seatrial.timeline import ABSENT, Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seatrial.timeline import Pods, Snapshot

    Facts = Mapping[str, str]

_COUNT = "spec.replicas"
_THERE = "there"
_AUTOSCALER = "HorizontalPodAutoscaler "


def differences(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """Return everything that is not as it was, by path; empty when all is."""
    found = [*_of_objects(before, after), *_of_pods(before, after)]
    return tuple(sorted(found, key=lambda change: change.path))


def _of_objects(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    for name in before.objects.keys() | after.objects.keys():
        was, now = before.objects.get(name), after.objects.get(name)
        if was is None:
            # seatrial makes no nodes: one that came is its provider's.
            if not name.startswith("Node "):
                yield Change(name, ABSENT, _THERE)
        elif now is None:
            yield Change(name, _THERE, ABSENT)
        else:
            for change in _of_facts(name, was, now):
                if change.path != f"{name}: {_COUNT}" or not _scaled_within_range(after, name):
                    yield change


def _of_facts(name: str, was: Facts, now: Facts) -> Iterator[Change]:
    for path in was.keys() | now.keys():
        old, new = was.get(path, ABSENT), now.get(path, ABSENT)
        if old != new:
            yield Change(f"{name}: {path}", old, new)


def _scaled_within_range(snapshot: Snapshot, name: str) -> bool:
    """Tell whether the count is its autoscaler's own, as that may set it: then it is load's."""
    if name not in snapshot.autoscaled:
        return False
    count = int(snapshot.objects[name].get(_COUNT, "-1"))
    return any(
        int(facts.get("spec.minReplicas", "1")) <= count <= int(facts["spec.maxReplicas"])
        for who, facts in snapshot.objects.items()
        if who.startswith(_AUTOSCALER) and _target(facts) == name
    )


def _target(autoscaler: Facts) -> str:
    reference = "spec.scaleTargetRef"
    return f"{autoscaler.get(f'{reference}.kind')} {autoscaler.get(f'{reference}.name')}"


def _of_pods(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    owners = {item.owner for item in (*before.pods, *after.pods)}
    for owner in owners:
        was, now = _shapes(before, owner), _shapes(after, owner)
        if was.total() != now.total():
            wanted = after.objects.get(owner, {}).get(_COUNT)
            if not (_scaled_within_range(after, owner) and wanted == str(now.total())):
                yield Change(f"pods of {owner}", str(was.total()), str(now.total()))
        if was:
            yield from _of_shapes(owner, was, now)


def _shapes(snapshot: Snapshot, owner: str) -> Counter[tuple[tuple[str, str], ...]]:
    """Return how many pods of an owner there are of each kind.

    Where the autoscaler writes the count, one that it takes away may take its time.
    """
    passing = _scaled_within_range(snapshot, owner)
    found: Counter[tuple[tuple[str, str], ...]] = Counter()
    for item in snapshot.pods:
        if item.owner == owner and not (passing and is_terminating(item)):
            found[tuple(sorted(item.facts.items()))] += item.count
    return found


def is_terminating(pods: Pods) -> bool:
    """Tell whether these pods are on their way out."""
    return "terminating" in pods.facts


def _of_shapes(
    owner: str,
    was: Counter[tuple[tuple[str, str], ...]],
    now: Counter[tuple[tuple[str, str], ...]],
) -> Iterator[Change]:
    """Compare each pod that is not as any was with the one that it is most like."""
    gone = was - now
    for shape, count in (now - was).items():
        nearest = min(gone or was, key=lambda old: len(set(old) ^ set(shape)))
        who = f"{count} of {now.total()} pods of {owner}"
        yield from _of_facts(who, dict(nearest), dict(shape))
