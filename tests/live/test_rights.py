"""With one right taken away, the real API's answers name just that one: for every right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.cluster import connect
from seatrial.config import Config, Target
from seatrial.rights import Part, missing, rights
from tests.live.conftest import until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seatrial.cluster import Cluster
    from seatrial.rights import Right

pytestmark = pytest.mark.cluster
GROUP = "rbac.authorization.k8s.io"
NAMESPACE = "default"
CONFIG = Config(root=Path("/nowhere"), target=Target(namespace=NAMESPACE))


def _granting(user: str, granted: Sequence[Right]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield paths and objects that give ``user`` these rights and no others."""
    for place in sorted({right.namespace for right in granted}):
        kind = "Role" if place else "ClusterRole"
        meta = {"name": user} | ({"namespace": place} if place else {})
        rules = [
            {
                "apiGroups": [right.group],
                "resources": ["/".join(filter(None, (right.resource, right.subresource)))],
                "verbs": [right.verb],
                **({"resourceNames": [right.name]} if right.name else {}),
            }
            for right in granted
            if right.namespace == place
        ]
        folder = f"/apis/{GROUP}/v1" + (f"/namespaces/{place}" if place else "")
        head = {"apiVersion": f"{GROUP}/v1", "metadata": meta}
        yield f"{folder}/{kind.lower()}s", head | {"kind": kind, "rules": rules}
        reference = {"apiGroup": GROUP, "kind": kind, "name": user}
        subject = {"apiGroup": GROUP, "kind": "User", "name": user}
        yield (
            f"{folder}/{kind.lower()}bindings",
            head | {"kind": f"{kind}Binding", "roleRef": reference, "subjects": [subject]},
        )


def _named(user: str, host: Cluster, wanted: Sequence[Right]) -> tuple[Right, ...]:
    """Return what ``user`` lacks, asked as that user."""
    with connect(kubeconfig=host.kubeconfig, context=host.context) as cluster:
        # No kubeconfig says so in a way that the client library reads.
        cluster.api._client.set_default_header("Impersonate-User", user)  # type: ignore[no-untyped-call]  # noqa: SLF001 -- it ships no types, and no public way
        return missing(cluster, wanted)


@pytest.mark.parametrize("part", list(Part), ids=str)
def test_the_one_right_that_is_missing_is_named(host: Cluster, part: Part) -> None:
    """One user for each right of the part, who has all the others."""
    wanted = rights((part,), CONFIG)
    users = {f"without-{part}-{number}": right for number, right in enumerate(wanted)}
    objects = [
        item
        for user, taken in users.items()
        for item in _granting(user, [right for right in wanted if right is not taken])
    ]
    with ThreadPoolExecutor(4) as pool:
        for answer in [
            pool.submit(host.api.write, f"create {path}", "POST", path, body)
            for path, body in objects
        ]:
            answer.result(30)
    for user, taken in users.items():
        # The authorizer learns of a role some ms after its creation.
        look = partial(_named, user, host, wanted)
        assert until(look, lambda found: len(found) <= 1, 20) == (taken,)
