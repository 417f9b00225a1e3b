"""Makes a hand, reads what it says in its log, and removes it. Every wait has a deadline.

Whoever makes a hand has kept an undo record first: its ID is in the pod's name and labels.
"""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from seatrial.cluster import ForbiddenError, NotFoundError, writing
from seatrial.errors import DeadlineError
from seatrial.fault.errors import FaultError
from seatrial.fault.hand import manifest
from seatrial.fault.waiting import look_until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.cluster import Cluster
    from seatrial.fault.containers import Instance
    from seatrial.fault.hand.manifest import Json, Reach

logger = logging.getLogger("chaostoolkit")

#: s from a hand's creation to what it did: a start takes one or two, on a busy node ten.
STARTS_WITHIN_S = 30.0
#: s that a hand holds beyond what an experiment asks for: its undo comes first, unless all die.
BEYOND_S = 30.0
#: s from asking for its deletion to its being gone.
GONE_WITHIN_S = manifest.GRACE_S + 20.0


class ForbiddenHandError(FaultError):
    """A hand may not be made: none was, and nothing is there to be undone."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a hand's log: ``ready``, ``acted``, ``released``, ``ended`` or ``failed``."""

    name: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand that has been made."""

    cluster: Cluster
    namespace: str
    name: str

    def events(self) -> tuple[Event, ...]:
        """Return what it has said so far. Raises NotFoundError when it is gone."""
        raw = writing.read(self.cluster, "Pod", self.namespace, self.name)
        if not _started(raw):
            return ()
        log = writing.log(self.cluster, self.namespace, self.name, manifest.CONTAINER)
        return tuple(map(_event, log.splitlines()))

    def awaited(self, name: str, *, seconds: float = STARTS_WITHIN_S) -> Event:
        """Wait for that event. Raises FaultError when the hand failed, DeadlineError in vain."""

        def said() -> tuple[str, tuple[Event, ...]]:
            return self._state(), self.events()

        # Read in this order: what an ended hand said is then complete.
        state, events = look_until(
            said, lambda it: it[0] != "" or _last(it[1], name) is not None, deadline_s=seconds
        )
        found = _last(events, name)
        if found is not None:
            return found
        seen = f"{state or 'it runs'}; it said {[asdict(item) for item in events]}"
        attempt = f"let the pod {self.name} in {self.namespace} say that it {name}"
        if state:
            raise FaultError(attempt, got=seen, mend=f"look at it: kubectl describe {self.name}")
        raise DeadlineError(attempt, got=f"{seen}, after {seconds:g} s")

    def _state(self) -> str:
        """Say how it ended, or why it will never start; "" while there is hope."""
        status = writing.read(self.cluster, "Pod", self.namespace, self.name).get("status", {})
        phase = status.get("phase", "")
        if phase in ("Succeeded", "Failed"):
            return f"{phase} {status.get('reason', '')} {status.get('message', '')}".strip()
        for item in status.get("containerStatuses", []):
            waiting = item.get("state", {}).get("waiting", {})
            if waiting.get("reason") in _HOPELESS:
                return f"{waiting['reason']}: {waiting.get('message', '')}"
        return ""


_HOPELESS = (
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImagePull",
    "ErrImageNeverPull",
    "ImagePullBackOff",
    "InvalidImageName",
    "RunContainerError",
)


def make(
    cluster: Cluster,
    namespace: str,
    undo_id: str,
    beside: Instance,
    *,
    program: str,
    order: Mapping[str, object],
    reach: Reach,
    seconds: float,
    resources: Json | None = None,
) -> Hand:
    """Make a hand that runs ``programs/<program>.py`` with that order. Raises ClusterError."""
    name = f"seatrial-{undo_id}-{secrets.token_hex(2)}"
    text = files(f"{__package__}.programs").joinpath(f"{program}.py").read_text(encoding="utf-8")
    wanted = manifest.pod(
        *(name, undo_id, beside),
        program=text,
        arguments=[json.dumps(order)],
        reach=reach,
        seconds=seconds,
        resources=resources,
    )
    logger.info("Making the pod %s on node %s", name, beside.node)
    try:
        writing.create(cluster, "Pod", namespace, wanted)
    except ForbiddenError as cause:
        raise ForbiddenHandError(
            f"make a pod in {namespace} that may {reach.value}",
            got=cause.got,
            expected="the right to make it, and a namespace whose Pod Security level permits it",
            mend=f"label {namespace} pod-security.kubernetes.io/enforce=privileged, or leave this "
            "fault out",
        ) from cause
    return Hand(cluster, namespace, name)


def remove(cluster: Cluster, namespace: str, undo_id: str) -> tuple[str, ...]:
    """Delete every hand of that record, wait until they are gone, and return their names.

    A hand that holds something takes it back as it ends. Raises DeadlineError.
    """
    names = tuple(item.name for item in made(cluster, namespace, undo_id))
    for name in names:
        try:
            writing.delete(cluster, "Pod", namespace, name)
        except NotFoundError:
            continue
    left = look_until(
        lambda: made(cluster, namespace, undo_id),
        lambda hands: not hands,
        deadline_s=GONE_WITHIN_S,
    )
    if left:
        raise DeadlineError(
            f"remove the pods of {undo_id} in {namespace}",
            got=f"{[item.name for item in left]} after {GONE_WITHIN_S:g} s",
            mend="look at their node; delete them with --force if it is gone",
        )
    return names


def made(cluster: Cluster, namespace: str, undo_id: str) -> tuple[Hand, ...]:
    """Return the hands of that record that are there."""
    selector = f"{manifest.OWNED}=true,{manifest.UNDO_ID}={undo_id}"
    found = writing.listed(cluster, "Pod", namespace, selector)
    return tuple(Hand(cluster, namespace, item["metadata"]["name"]) for item in found)


def _started(raw: Json) -> bool:
    states = raw.get("status", {}).get("containerStatuses", [])
    return any(not item.get("state", {}).get("waiting") and item.get("state") for item in states)


def _last(events: tuple[Event, ...], name: str) -> Event | None:
    return next((item for item in reversed(events) if item.name == name), None)


def _event(line: str) -> Event:
    """Return a log line as an event; what is no event, such as a traceback, is one, too."""
    try:
        facts = dict(json.loads(line))
        return Event(str(facts.pop("event")), facts)
    except (ValueError, TypeError, KeyError):
        return Event("other", {"line": line})
