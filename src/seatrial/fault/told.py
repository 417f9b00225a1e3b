"""What this package's activities return, and so what the journal tells of a fault. JSON types only.

Any activity may return a `Told`; `window` gathers them from method and rollbacks, in their order.
Instants are ns of CLOCK_MONOTONIC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:
    from seatrial.cluster import Pod, Scalable

#: What a target is. Of a replica answers say that it was serving, of a proxy its own counts.
REPLICA = "replica"
PROXY = "proxy"


class Target(TypedDict):
    """One object that was hit. ``uid_after`` is its successor's UID: its own if it came back."""

    name: str
    what: str
    uid: str
    uid_after: str
    address: str


class Proof(TypedDict):
    """One observation that shows whether the fault landed."""

    name: str
    held: bool
    detail: str


class Hit(TypedDict):
    """The act itself: of which kind, when, and what was hit. One experiment tells of one.

    ``silences``: until it is undone, no target answers any request.
    """

    kind: str
    started_monotonic_ns: int
    started_wall: str
    targets: list[Target]
    silences: NotRequired[bool]


class Told(TypedDict, total=False):
    """What an activity tells: the act, proofs, and what of the deployment it wrote.

    ``changes``: words of ``FaultWindow.changes``. ``undone``: what was put back, for people.
    ``aborted_monotonic_ns``: when the fault was cut short, and ``why``.
    """

    hit: Hit
    proofs: list[Proof]
    changes: list[str]
    undone: list[str]
    aborted_monotonic_ns: int
    why: str


def proof(name: str, held: bool, detail: str) -> Proof:  # noqa: FBT001 -- read by place, as Evidence is
    """Return a proof."""
    return Proof(name=name, held=held, detail=detail)


def target(pod: Pod, *, uid_after: str = "", what: str = REPLICA) -> Target:
    """Return a pod as a target."""
    return Target(name=pod.name, what=what, uid=pod.uid, uid_after=uid_after, address=pod.ip or "")


def itself(found: Scalable) -> Target:
    """Return a workload itself as a target: what it is is its kind, and it is there all along."""
    return Target(name=found.name, what=found.kind, uid=found.uid, uid_after=found.uid, address="")
