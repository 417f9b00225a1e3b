"""Real servers on loopback that misbehave on demand, and a load driven against them."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seatrial.load import LoadOrder, Stage
from seatrial.load.run import Run
from seatrial.timeline import LoadReport

if TYPE_CHECKING:
    from pathlib import Path

PREDICTION = b'{"model_name":"m","outputs":[{"name":"predict","shape":[1],"data":[1]}]}'
PATIENCE_S = 20.0
EPOCH_AHEAD_NS = 100_000_000


def answer(
    status: int = 200, body: bytes = PREDICTION, *, headers: str = "", framed: bool = True
) -> bytes:
    """One HTTP answer as bytes."""
    length = f"content-length: {len(body)}\r\n" if framed else ""
    return f"HTTP/1.1 {status} X\r\n{length}{headers}\r\n".encode() + body


@dataclass
class Visit:
    """One request as the server sees it: its position overall and on its own connection."""

    number: int
    on_connection: int
    connection: socket.socket
    raw: bytes
    closing: threading.Event

    def reply(self, data: bytes) -> None:
        """Send bytes to the client, who may have left."""
        with suppress(OSError):
            self.connection.sendall(data)

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.end()

    def end(self) -> None:
        """Close the connection."""
        self.connection.close()

    def hold(self, seconds: float = PATIENCE_S) -> None:
        """Keep the client waiting, until the server closes at the latest."""
        self.closing.wait(seconds)


Behaviour = Callable[[Visit], object]
Wrap = Callable[[socket.socket], socket.socket]
Records = np.ndarray[Any, Any]


@dataclass
class Server:
    """A threaded server: one thread a connection, ``behave`` decides each request's fate."""

    behave: Behaviour
    wrap: Wrap = lambda sock: sock
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    closing: threading.Event = field(default_factory=threading.Event)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        """The TCP port it listens on."""
        return int(self.listener.getsockname()[1])

    def serve(self) -> None:
        """Accept until closed, then see every connection's thread off."""
        threads = []
        while True:
            try:
                accepted, _ = self.listener.accept()
            except OSError:
                break
            self.connections += 1
            threads.append(threading.Thread(target=self._attend, args=(accepted,)))
            threads[-1].start()
        for thread in threads:
            thread.join(PATIENCE_S)

    def _attend(self, accepted: socket.socket) -> None:
        # The client may leave at any point; that is its right.
        with accepted, suppress(OSError), self.wrap(accepted) as connection:
            count = 0
            while not self.closing.is_set() and (request := _read_request(connection)):
                count += 1
                self.requests.append(request)
                number = len(self.requests)
                self.behave(Visit(number, count, connection, request, self.closing))

    def stop(self) -> None:
        """Stop accepting and let every held client go."""
        self.closing.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def _read_request(connection: socket.socket) -> bytes:
    """One request with the body its Content-Length announces; empty at the stream's end."""
    data = bytearray()
    while b"\r\n\r\n" not in data:
        if not (piece := connection.recv(65_536)):
            return b""
        data += piece
    head = bytes(data.partition(b"\r\n\r\n")[0]).lower()
    length = len(head) + 4 + int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(data) < length:
        if not (piece := connection.recv(65_536)):
            return b""
        data += piece
    return bytes(data)


Serve = Callable[..., Server]
Load = Callable[..., tuple[Records, LoadReport]]
Reply = Callable[..., bytes]
MakeOrder = Callable[..., LoadOrder]


@contextmanager
def serving(behave: Behaviour, **options: Any) -> Iterator[Server]:  # noqa: ANN401 -- Server's own
    """Run a server for the time of a with-block."""
    server = Server(behave, **options)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that last as long as the test."""
    with ExitStack() as stack:
        yield lambda behave, **options: stack.enter_context(serving(behave, **options))


@pytest.fixture
def order(tmp_path: Path) -> Callable[..., LoadOrder]:
    """Make orders: 50 constant requests within 0.5 s unless told otherwise."""

    def make(port: int, **changes: Any) -> LoadOrder:  # noqa: ANN401 -- LoadOrder's own fields
        values: dict[str, Any] = {
            "url": f"http://127.0.0.1:{port}",
            "path": "/v2/models/m/infer",
            "headers": {"seldon-model": "m.experiment"},
            "bodies": (b'{"inputs":[]}',),
            "token_env": None,
            "deadline_ms": 5000.0,
            "arms": ("baseline-predictor", "enhanced-predictor"),
            "arm_header": "x-seldon-route",
            "replica_header": "x-seatrial-replica",
            "attempts_header": "x-envoy-attempt-count",
            "arrivals": "constant",
            "seed": 1,
            "epoch_monotonic_ns": time.monotonic_ns() + EPOCH_AHEAD_NS,
            "directory": tmp_path,
        }
        stage = Stage(changes.pop("seconds", 0.5), changes.pop("rate", 100.0))
        return LoadOrder(**({"stages": (stage,)} | values | changes))

    return make


def drive(order: LoadOrder, *, each_turn: Callable[[Run], None] | None = None) -> LoadReport:
    """Run a load to its end in this process, on a real epoll, with a deadline."""
    run = Run(order, os.environ, poller=select.epoll(), on_end=lambda _entry, _length: None)
    until = time.monotonic() + order.seconds + PATIENCE_S
    while not run.engine.finished:
        assert time.monotonic() < until, "the load did not end"
        select.select([run.engine], [], [], 1.0)
        run.engine.turn()
        if each_turn is not None:
            each_turn(run)
    return run.finish()


@pytest.fixture
def load(
    order: Callable[..., LoadOrder],
) -> Callable[..., tuple[np.ndarray[Any, Any], LoadReport]]:
    """Run a load against a port and return its records and report; every one was recorded."""

    def run(port: int, **changes: Any) -> tuple[np.ndarray[Any, Any], LoadReport]:  # noqa: ANN401 -- as order
        each_turn = changes.pop("each_turn", None)
        made = order(port, **changes)
        report = drive(made, each_turn=each_turn)
        requests = np.load(made.directory / "requests.npy")
        assert len(requests) == report.recorded == report.planned == made.planned
        return requests, report

    return run


@pytest.fixture
def reply() -> Callable[..., bytes]:
    """Make an HTTP answer's bytes."""
    return answer
