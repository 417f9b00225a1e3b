"""How much a fault may hit, asked by every action before it touches anything; and the dry run.

An embedded cluster is seatrial's own: there the blast radius is the experiment's alone. Anywhere
else a fault is refused beyond the limits that the trial's environment tells (`surroundings`), or
beyond the defaults where it tells none, so that plain ``chaos run`` is bounded, too.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seatrial.cluster import embedded, writing
from seatrial.cluster.labels import matches
from seatrial.errors import UsageError
from seatrial.fault import surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seatrial.cluster import Cluster, Pod
    from seatrial.fault.surroundings import Radius

#: Namespaces of the cluster itself.
SYSTEM = "kube-"


class RefusedError(UsageError):
    """A fault would hit more than it may."""


@dataclass
class Preview:
    """What a dry run found out: what would be hit, and the notes of those who were asked."""

    hit: list[str] = field(default_factory=list)


class PreviewedError(Exception):
    """Ends an action of a dry run once it is known what it would hit. Nobody sees it."""


_PREVIEW: ContextVar[Preview | None] = ContextVar("seatrial_preview", default=None)


@contextmanager
def previewing() -> Iterator[Preview]:
    """Let actions choose and be refused inside, and end before they change anything.

    Connections made inside can't write: an action that forgot to ask fails, and changes nothing.
    """
    found = Preview()
    token = _PREVIEW.set(found)
    try:
        yield found
    except PreviewedError:
        return
    finally:
        _PREVIEW.reset(token)


def dry() -> bool:
    """Tell whether this is a dry run."""
    return _PREVIEW.get() is not None


def _own(cluster: Cluster) -> bool:
    """Tell whether it is an embedded cluster of this machine."""
    return embedded.name_of(cluster.kubeconfig) is not None


def check_namespace(cluster: Cluster, namespace: str) -> None:
    """Raise RefusedError for another namespace than the trial's, or one of the cluster itself."""
    radius = surroundings.radius()
    if _own(cluster):
        return
    if namespace.startswith(SYSTEM):
        raise RefusedError(
            f"break something in {namespace}",
            got="a namespace of the cluster itself",
            expected="the workload's own",
            mend="set target.namespace in seatrial.toml, or SEATRIAL_NAMESPACE",
        )
    if radius.namespace and namespace != radius.namespace:
        raise RefusedError(
            f"break something in {namespace}",
            got=f"a trial of {radius.namespace}",
            expected="no other namespace to be touched",
            mend="let the experiment take its namespace from SEATRIAL_NAMESPACE",
        )


def admit(
    cluster: Cluster,
    namespace: str,
    hit: Sequence[Pod],
    among: Sequence[Pod],
    *,
    budgets: bool = True,
) -> None:
    """Check as `check` does. In a dry run it ends the action here."""
    check(cluster, namespace, hit, among, budgets=budgets)
    preview(*(f"Pod {pod.name} (UID {pod.uid}) in {namespace}, on {pod.node}" for pod in hit))


def check(
    cluster: Cluster,
    namespace: str,
    hit: Sequence[Pod],
    among: Sequence[Pod],
    *,
    budgets: bool = True,
) -> None:
    """Raise RefusedError when these pods are more than a fault may hit of those ``among``.

    ``budgets`` False: what takes them asks the PodDisruptionBudgets itself (the eviction API).
    """
    check_namespace(cluster, namespace)
    if not _own(cluster):
        _check_count(surroundings.radius(), hit, among, namespace)
        if budgets:
            _check_budgets(cluster, namespace, hit)


def admit_named(cluster: Cluster, kind: str, *objects: str) -> None:
    """Raise RefusedError unless the fault ``kind``, which reaches beyond its namespace, is allowed.

    ``objects`` say what it hits. In a dry run it ends the action here.
    """
    radius = surroundings.radius()
    if not _own(cluster) and kind not in radius.allowed:
        raise RefusedError(
            f"hold the fault {kind} in {cluster.context}",
            got=f"faults allowed by their name: {', '.join(sorted(radius.allowed)) or 'none'}",
            expected=f"{kind} among them: it reaches beyond the workload's namespace",
            mend=f'set fault.allow = ["{kind}"] in seatrial.toml, or '
            f"{surroundings.ALLOW}={kind} for plain chaos run",
        )
    preview(*objects)


def preview(*objects: str) -> None:
    """In a dry run note what would be hit, and end the action; else do nothing."""
    found = _PREVIEW.get()
    if found is not None:
        found.hit.extend(objects)
        raise PreviewedError


def _check_count(radius: Radius, hit: Sequence[Pod], among: Sequence[Pod], namespace: str) -> None:
    ready = sum(pod.ready and not pod.terminating for pod in among)
    share = math.floor(radius.max_share * ready)
    most = min(radius.max_replicas, share)
    if len(hit) > most:
        raise RefusedError(
            f"hit {', '.join(pod.name for pod in hit)} in {namespace}",
            got=f"{len(hit)} of {ready} Ready pods",
            expected=f"at most {most}: fault.max_replicas is {radius.max_replicas}, "
            f"fault.max_share {radius.max_share:g} allows {share}",
            mend="choose fewer, or raise the limit in seatrial.toml if so many may be hit",
        )


def _check_budgets(cluster: Cluster, namespace: str, hit: Sequence[Pod]) -> None:
    """Refuse what takes a workload below one of its PodDisruptionBudgets."""
    for budget in writing.listed(cluster, "PodDisruptionBudget", namespace):
        selector = budget["spec"].get("selector") or {}
        covered = [pod.name for pod in hit if matches(selector, pod.labels)]
        allowed = int((budget.get("status") or {}).get("disruptionsAllowed", 0))
        if len(covered) > allowed:
            name = budget["metadata"]["name"]
            raise RefusedError(
                f"hit {', '.join(covered)} in {namespace}",
                got=f"the PodDisruptionBudget {name} allows {allowed} disruptions now",
                expected=f"{len(covered)} at least: no fault goes below a budget",
                mend="wait until every replica is Ready, or choose fewer",
            )
