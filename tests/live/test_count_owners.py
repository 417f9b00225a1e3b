"""A written count is put back even where the API keeps no owner of it, and another's is not."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import ConflictError
from seatrial.fault.counts import Count

from .conftest import NAMESPACE, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster import Cluster

pytestmark = pytest.mark.cluster
NAME = "counted"


def _manifest(**spec: int) -> str:
    """Return a Deployment whose pods find no node; ``spec`` may say how many."""
    labels = {"app": NAME}
    pod = {
        "nodeSelector": {"nowhere": "true"},
        "containers": [{"name": "main", "image": "absent/absent"}],
    }
    found = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": NAME, "namespace": NAMESPACE},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
            **spec,
        },
    }
    return json.dumps(found)


@pytest.fixture
def clean(workload: Cluster) -> Iterator[Cluster]:
    """Return the cluster, and remove the Deployment afterwards."""
    yield workload
    workload.kubectl("delete", "deployment", NAME, f"--namespace={NAMESPACE}", timeout_s=30)


def _written(cluster: Cluster, manifest: str, ours: int) -> Count:
    """Apply the manifest and write another count as a fault does."""
    cluster.kubectl("apply", "--server-side", "-f", "-", stdin=manifest, timeout_s=30)
    seen = cluster.scalable("Deployment", NAMESPACE, NAME)
    where = (cluster, seen.kind, seen.namespace, seen.name, seen.uid)
    count = Count(*where, was=seen.spec_replicas, ours=ours)

    def written() -> bool:
        # Its controller tells its status meanwhile.
        with suppress(ConflictError):
            count.write(ours, seen=count.look())
        return _now(cluster) == ours

    until(written, bool)
    return count


def _now(cluster: Cluster) -> int:
    return cluster.scalable("Deployment", NAMESPACE, NAME).spec_replicas


@pytest.mark.parametrize(
    ("declared", "was", "ours"),
    [({"replicas": 2}, 2, 1), ({"replicas": 2}, 2, 0), ({}, 1, 3)],
    ids=["declared", "to none", "declared by nobody"],
)
def test_what_was_written_is_put_back(
    clean: Cluster, declared: dict[str, int], was: int, ours: int
) -> None:
    """Twice over: the second time there is nothing to do."""
    count = _written(clean, _manifest(**declared), ours)
    for _ in range(2):
        count.put_back()
        assert _now(clean) == was


def test_what_somebody_else_wrote_since_stays(clean: Cluster) -> None:
    """Even the same count, where the API says that it is another's."""
    count = _written(clean, _manifest(replicas=2), 1)
    flags = (f"--namespace={NAMESPACE}", "--replicas=3")
    clean.kubectl("scale", "deployment", NAME, *flags, timeout_s=10)
    clean.kubectl("scale", "deployment", NAME, flags[0], "--replicas=1", timeout_s=10)
    assert "left as they are" in count.put_back()
    assert _now(clean) == 1
