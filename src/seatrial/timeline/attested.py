"""What the deployment was before a trial and after it, and what differs: the attestation's part."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 -- the store reads the annotations at run time
from dataclasses import dataclass

#: Stands for what is not there.
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Pods:
    """Pods of one owner that are the same in all that is attested, and how many they are.

    ``owner`` is ``StatefulSet NAME``, ``Deployment NAME``, or ``nobody (NAME of the pod)``.
    """

    owner: str
    count: int
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is attested of a deployment at one instant, without what may differ by itself.

    ``objects``: of each object, by kind and name, its fields by path. ``autoscaled``: those whose
    count of replicas an autoscaler wrote last. ``salt`` is that of the digests in it; "" where it
    was thrown away.
    """

    objects: Mapping[str, Mapping[str, str]]
    pods: tuple[Pods, ...]
    autoscaled: tuple[str, ...] = ()
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that is not as it was: whose and which, what it was, what it is."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        """Return it as a sentence."""
        return f"{self.path}: was {self.before}, is {self.after}"


@dataclass(frozen=True, slots=True)
class Attestation:
    """The deployment right before the load and after the fault's undo.

    ``unread`` says why a snapshot could not be taken; "" when both were.
    """

    before_ns: int
    after_ns: int
    before: Snapshot | None
    after: Snapshot | None
    differences: tuple[Change, ...]
    unread: str = ""
