"""Leases over real HTTP as an API server keeps them: versions, UIDs, conflicts, lost answers."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.cluster import Cluster, connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: here, cluster: {server: "http://127.0.0.1:%d"}}]
users: [{name: nobody, user: {token: secret}}]
contexts: [{name: here, context: {cluster: here, user: nobody}}]
"""
PATH = "/apis/coordination.k8s.io/v1/namespaces/ns/leases"
Raw = dict[str, Any]


class Leases:
    """The one lease of a namespace.

    ``refuse`` is the answer to everything while it is set; ``lose`` holds methods whose next call
    is carried out and then not answered.
    """

    def __init__(self) -> None:
        """Listen on a port of its own; there is no lease yet."""
        self.lease: Raw | None = None
        self.version = 0
        self.refuse: tuple[int, str] | None = None
        self.lose: list[str] = []
        self.writes: list[str] = []
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

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

    def answer(self, method: str, body: Raw) -> tuple[int, object]:
        """Carry out one call."""
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

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        leases = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, found = 200, object()
                if self.path == "/version":
                    found = {"gitVersion": "v1.2.3"}
                else:
                    assert self.path.startswith(PATH)
                    with leases.lock:
                        status, found = leases.answer(self.command, json.loads(body or b"{}"))
                    if self.command in leases.lose:
                        leases.lose.remove(self.command)
                        self.close_connection = True
                        return
                data = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 -- http.server's names

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def leases() -> Iterator[Leases]:
    """Serve for one test."""
    found = Leases()
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join(5)


@pytest.fixture
def cluster(leases: Leases, tmp_path: Path) -> Iterator[Cluster]:
    """Connect to it."""
    path = tmp_path / "kubeconfig"
    path.write_text(KUBECONFIG % leases.server.server_port)
    with connect(kubeconfig=path, context="here") as found:
        yield found
