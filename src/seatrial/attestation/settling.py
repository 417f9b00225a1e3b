"""When a snapshot is worth taking: pods take time to be Ready again, resizes to take effect."""

from __future__ import annotations

import secrets
import time
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from seatrial.attestation.compare import differences, is_terminating
from seatrial.attestation.snapshot import snapshot
from seatrial.cluster import ClusterError, ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seatrial.cluster import Cluster
    from seatrial.config import Target
    from seatrial.timeline import Pods, Snapshot

#: What was undone takes effect within this, or is not undone.
SETTLE_S = 30.0
#: A controller takes a moment to act on what was put back; until then nothing looks under way.
QUIET_S = 3.0
EVERY_S = 0.5


def settled(cluster: Cluster, target: Target, *, deadline_s: float = SETTLE_S) -> Snapshot:
    """Return a snapshot once nothing is under way, or as it is after ``deadline_s``.

    An API server that does not answer is asked again. Raises SeatrialError when it still does not.
    """
    looks = partial(snapshot, cluster, target, secrets.token_hex(16))
    return _look_until(looks, lambda _: False, quiet_s=0.0, deadline_s=deadline_s)


def settled_as(
    cluster: Cluster, target: Target, before: Snapshot, *, deadline_s: float = SETTLE_S
) -> Snapshot:
    """Return a snapshot that equals ``before``, or one once nothing is under way any more.

    A difference that nothing under way can mend is not waited for. Raises as `settled`.
    """

    def equals(seen: Snapshot) -> bool:
        return not differences(before, seen)

    looks = partial(snapshot, cluster, target, before.salt)
    return _look_until(looks, equals, quiet_s=QUIET_S, deadline_s=deadline_s)


def _look_until(
    look: Callable[[], Snapshot],
    holds: Callable[[Snapshot], bool],
    *,
    quiet_s: float,
    deadline_s: float,
) -> Snapshot:
    """Look until it holds, nothing was under way for ``quiet_s``, or the deadline is over."""
    end, timer = time.monotonic() + deadline_s, Event()
    quiet_since: float | None = None
    while True:
        now = time.monotonic()
        try:
            seen = look()
            if any(unsettled(seen)):
                quiet_since = None
            elif quiet_since is None:
                quiet_since = now
            quiet = quiet_since is not None and now - quiet_since >= quiet_s
            if now >= end or quiet or holds(seen):
                return seen
        except ForbiddenError:
            raise  # asked again, it would be forbidden again
        except ClusterError:
            quiet_since = None
            if now >= end:
                raise
        timer.wait(EVERY_S)


def unsettled(seen: Snapshot) -> Iterator[str]:
    """Yield what is still under way: it may be another way in a moment, by itself."""
    for pods in seen.pods:
        if any(_under_way(pods)):
            yield f"{pods.count} pods of {pods.owner}"
    for name, facts in seen.objects.items():
        if "deleted" in facts or facts.get("ready", "True") != "True":
            yield name
        if facts.get("spec.replicas", there := _count(seen, name)) != there:
            yield f"the count of {name}"


def _count(seen: Snapshot, owner: str) -> str:
    """Return how many pods an object has that are not on their way out."""
    staying = [pods for pods in seen.pods if pods.owner == owner and not is_terminating(pods)]
    return str(sum(pods.count for pods in staying))


def _under_way(pods: Pods) -> Iterator[bool]:
    facts = pods.facts
    yield is_terminating(pods)
    yield facts.get("ready") != "True"
    yield "resize" in facts
    for path, text in facts.items():
        if path.startswith("effective."):
            _, container, resource = path.split(".", 2)
            asked = facts.get(f"spec.containers[{container}].resources.{resource}")
            yield asked is not None and asked != text
