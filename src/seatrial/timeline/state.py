"""The deployment's own state: what was missing at the start, its objects, and who held it."""

from __future__ import annotations

from dataclasses import dataclass

#: Seconds between two samples of each instrument while all is well; a watch samples changes, too.
PERIODS_S = {
    "replicas": 5.0,
    "endpoints": 5.0,
    "autoscaler": 5.0,
    "workload": 5.0,
    "objects": 5.0,
    "proxy": 1.0,
}


@dataclass(frozen=True, slots=True)
class ObjectSample:
    """One object that the deployment is made of, at one instant.

    ``digest`` is one of what its users declare (a ConfigMap's data, any other's spec without its
    count of replicas); ``writer`` is the field manager who wrote any of that last, at ``written``
    (RFC 3339 UTC, whole seconds). The count has its own, None where there is none. ``gone`` when
    the API does not have it: all else is as left out then.
    """

    at_ns: int
    kind: str
    name: str
    uid: str = ""
    digest: str = ""
    writer: str = ""
    written: str = ""
    gone: bool = False
    replicas: int | None = None
    replicas_writer: str = ""
    replicas_written: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """The workload read back as the load started: what of its declared state was ``missing``.

    ``by`` says what it was compared with: the manifests that were applied, or the configuration.
    """

    at_ns: int
    by: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeaseKept:
    """The Lease that keeps other trials from the target, as its ``holder`` had it.

    ``until_ns`` is the last instant at which it surely was this trial's alone; ``lost`` says how
    it was lost, "" when it was held until the load had ended and the fault was undone.
    """

    holder: str
    until_ns: int
    lost: str
