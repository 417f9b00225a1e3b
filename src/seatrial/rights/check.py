"""Asks the API which of the needed rights this identity has, and names all that are missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from seatrial.cluster.access import allowed
from seatrial.errors import SeatrialError
from seatrial.rights.table import rights

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.rights.parts import Part
    from seatrial.rights.rule import Right

#: Questions under way at a time: some forty are asked, each takes the API server about a ms.
AT_ONCE = 8


class MissingRightsError(SeatrialError):
    """The identity in the kubeconfig may not do all that the trial would have to do."""


def missing(cluster: Cluster, wanted: Sequence[Right]) -> tuple[Right, ...]:
    """Return the rights that the cluster's identity lacks, in their order. Raises ClusterError."""

    def has(right: Right) -> bool:
        return allowed(
            cluster,
            right.verb,
            f"{right.resource}/{right.subresource}" if right.subresource else right.resource,
            group=right.group,
            namespace=right.namespace,
            name=right.name,
        )

    with ThreadPoolExecutor(AT_ONCE, "rights") as pool:
        found = pool.map(has, wanted)
        return tuple(right for right, held in zip(wanted, found, strict=True) if not held)


def demand(cluster: Cluster, config: Config, parts: Iterable[Part], *, what: str) -> None:
    """Raise MissingRightsError that names each right that ``what`` would lack, and its role."""
    chosen = tuple(dict.fromkeys(parts))
    lacking = missing(cluster, rights(chosen, config))
    if not lacking:
        return
    roles = dict.fromkeys(right.part for right in lacking)
    raise MissingRightsError(
        f"{what} in {cluster.context} with the rights of its kubeconfig",
        got="it may not " + "; ".join(f"{right} ({right.part.file})" for right in lacking),
        expected=f"the rights of {', '.join(chosen)}",
        mend=f"bind {', '.join(part.role for part in roles)} to it, as k8s/rbac/README.md says",
    )
