"""A small HTTP server on loopback in an API server's place, for what the client does with HTTP."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: here, cluster: {server: "http://127.0.0.1:%d"}}]
users: [{name: nobody, user: {token: secret}}]
contexts: [{name: here, context: {cluster: here, user: nobody}}]
"""

Answer = tuple[int, bytes]
#: From method and path to an answer; None hangs until the test is over, status 0 hangs up.
Answers = dict[str, Answer | None]


class LoopbackApi:
    """The server: its answers, and every request as it came (method and path, headers, body)."""

    def __init__(self) -> None:
        """Listen on a port of its own."""
        self.answers: Answers = {"GET /version": (200, b'{"gitVersion": "v1.2.3"}')}
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.over = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def answer(self, key: str, body: bytes) -> Answer | None:  # noqa: ARG002 -- for who answers by it
        """Return the answer to a call: by default the one that stands in ``answers``."""
        return self.answers.get(key, (404, json.dumps({"message": "none"}).encode()))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                key = f"{self.command} {self.path}"
                body = self.rfile.read(length)
                api.requests.append((key, dict(self.headers), body))
                found = api.answer(key, body)
                if found is None:
                    api.over.wait(30)
                if found is None or not found[0]:
                    self.close_connection = True
                    return
                self.send_response(found[0])
                self.send_header("Content-Length", str(len(found[1])))
                self.end_headers()
                self.wfile.write(found[1])

            do_GET = do_POST = do_DELETE = do_PATCH = do_PUT = _answer  # noqa: N815 -- http.server's names

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


Api = TypeVar("Api", bound=LoopbackApi)


@pytest.fixture
def loopback() -> Iterator[LoopbackApi]:
    """Serve for one test."""
    with serving(LoopbackApi()) as api:
        yield api


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """Serve for a while."""
    thread = threading.Thread(target=api.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield api
    finally:
        api.over.set()
        api.server.shutdown()
        api.server.server_close()
        thread.join(5)


@pytest.fixture
def kubeconfig(loopback: LoopbackApi, tmp_path: Path) -> Path:
    """Return a kubeconfig whose context ``here`` is the loopback server."""
    path = tmp_path / "kubeconfig"
    path.write_text(KUBECONFIG % loopback.server.server_port)
    return path


@pytest.fixture
def refused() -> Callable[[Path], Path]:
    """Return a function that writes a kubeconfig whose port nothing listens on."""

    def write(directory: Path) -> Path:
        path = directory / "refused"
        path.write_text(KUBECONFIG % 1)
        return path

    return write
