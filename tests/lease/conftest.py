"""Leases over real HTTP as an API server keeps them: versions, UIDs, conflicts, lost answers."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.cluster import Cluster, connect
from tests.cluster.conftest import KUBECONFIG, LoopbackApi, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.conftest import Answer

PATH = "/apis/coordination.k8s.io/v1/namespaces/ns/leases"
Raw = dict[str, Any]


class Leases(LoopbackApi):
    """The one lease of a namespace.

    ``refuse`` is the answer to everything while it is set; ``lose`` holds methods whose next call
    is carried out and then not answered.
    """

    def __init__(self) -> None:
        """Listen on a port of its own; there is no lease yet."""
        super().__init__()
        self.lease: Raw | None = None
        self.version = 0
        self.refuse: tuple[int, str] | None = None
        self.lose: list[str] = []
        self.writes: list[str] = []
        self.lock = threading.Lock()

    def stored(self, manifest: Raw, uid: str) -> Raw:
        """Keep a manifest at the next version."""
        self.version += 1
        meta = manifest["metadata"] | {"uid": uid, "resourceVersion": str(self.version)}
        self.lease = manifest | {"metadata": meta}
        return self.lease

    def held_by(self, holder: str, duration_s: int = 15) -> None:
        """Write the lease, as another machine does."""
        spec = {"holderIdentity": holder, "leaseDurationSeconds": duration_s, "acquireTime": "then"}
        meta = {"name": "seatrial-trial", "namespace": "ns"}
        with self.lock:
            self.stored({"metadata": meta, "spec": spec}, f"uid-{self.version}")

    def touch(self) -> None:
        """Renew the lease, as its holder does."""
        with self.lock:
            assert self.lease is not None
            self.stored(self.lease, self.lease["metadata"]["uid"])

    def answer(self, key: str, body: bytes) -> Answer:
        """Carry out one call; (0, b"") hangs up."""
        method, _, path = key.partition(" ")
        if path == "/version":
            return 200, b'{"gitVersion": "v1.2.3"}'
        assert path.startswith(PATH)
        with self.lock:
            status, found = self._carried_out(method, json.loads(body or b"{}"))
            if method in self.lose:
                self.lose.remove(method)
                return 0, b""
        return status, json.dumps(found).encode()

    def _carried_out(self, method: str, body: Raw) -> tuple[int, object]:
        if self.refuse is not None:
            return self.refuse[0], {"message": self.refuse[1]}
        if method == "GET":
            return (404, {"message": "not found"}) if self.lease is None else (200, self.lease)
        self.writes.append(method)
        if method == "POST":
            if self.lease is not None:
                return 409, {"message": "already exists"}
            return 201, self.stored(body, f"uid-{self.version}")
        return self._change(method, body)

    def _change(self, method: str, body: Raw) -> tuple[int, object]:
        if self.lease is None:
            return 404, {"message": "not found"}
        meta = self.lease["metadata"]
        wanted = body.get("preconditions") or body["metadata"]
        if any(wanted[key] != meta[key] for key in ("uid", "resourceVersion")):
            return 409, {"message": "the object has been modified"}
        if method == "PUT":
            return 200, self.stored(body, meta["uid"])
        self.lease = None
        return 200, {}


@pytest.fixture
def leases() -> Iterator[Leases]:
    """Serve for one test."""
    with serving(Leases()) as found:
        yield found


@pytest.fixture
def cluster(leases: Leases, tmp_path: Path) -> Iterator[Cluster]:
    """Connect to it."""
    path = tmp_path / "kubeconfig"
    path.write_text(KUBECONFIG % leases.server.server_port)
    with connect(kubeconfig=path, context="here") as found:
        yield found
