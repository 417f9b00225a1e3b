"""What all actions on one container of a replica share: how it is chosen, and their parameters."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING

from seatrial.fault import aim
from seatrial.fault.replicas import Configuration, cluster_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.cluster import WorkloadKind
    from seatrial.fault.told import Told


def on_container(act: Callable[..., Told]) -> Callable[..., Told]:
    """Make a Chaos Toolkit action of ``act``, which is given the `Aim` that was taken.

    The action has ``act``'s own parameters and, before and after them, those by which every such
    action chooses: the replica as `kill_replica` does, and of its containers the one called
    ``container``, or else the pod's only or default one. Chaos Toolkit and `activities` read its
    signature, so it names each parameter.
    """

    @functools.wraps(act)
    def action(
        namespace: str,
        workload: str,
        *,
        workload_kind: WorkloadKind = "StatefulSet",
        selector: str = "",
        name_pattern: str = "",
        seed: int = 0,
        container: str = "",
        at_monotonic_ns: int = 0,
        configuration: Configuration | None = None,
        **own: object,
    ) -> Told:
        with cluster_of(configuration) as cluster:
            aimed = aim.take(
                *(cluster, namespace, workload),
                workload_kind=workload_kind,
                selector=selector,
                name_pattern=name_pattern,
                seed=seed,
                container=container,
                at_monotonic_ns=at_monotonic_ns,
            )
            return act(aimed, **own)

    _show_parameters(action, act)
    return action


def _show_parameters(action: Callable[..., Told], act: Callable[..., Told]) -> None:
    """Give the action a signature and annotations that name the parameters of both."""
    shared = inspect.signature(action, follow_wrapped=False).parameters.values()
    own = list(inspect.signature(act).parameters.values())[1:]
    named = [item for item in shared if item.kind is not inspect.Parameter.VAR_KEYWORD]
    every = [*named[:2], *own, *named[2:]]
    action.__signature__ = inspect.Signature(every, return_annotation="Told")  # type: ignore[attr-defined]  # inspect's own hook
    action.__annotations__ = {item.name: item.annotation for item in every} | {"return": "Told"}
