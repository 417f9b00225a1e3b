"""The relay carries bytes, and the ends of connections, both ways."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_S = 10


@contextmanager
def relay_to(port: int, *, says: str = "") -> Iterator[int]:
    """Run the real relay process towards ``port``; give the port it serves.

    In the end its log must have ``says``, or be empty where that is.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        served: int = listener.getsockname()[1]
        command = [sys.executable, "-m", "seatrial.cluster.embedded.relay"]
        process = subprocess.Popen(
            [*command, str(listener.fileno()), str(port)],
            pass_fds=[listener.fileno()],
            stderr=subprocess.PIPE,
        )
    try:
        yield served
    finally:
        process.kill()
        _, said = process.communicate()
    assert says in said.decode()
    assert bool(says) or not said


@pytest.fixture
def upstream() -> Iterator[socket.socket]:
    """A listener in the API server's place."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(TIMEOUT_S)
        yield listener


def read_all(connection: socket.socket) -> bytes:
    """Read until the other end closes."""
    connection.settimeout(TIMEOUT_S)
    content = b""
    while chunk := connection.recv(1 << 16):
        content += chunk
    return content


def test_both_directions_and_half_closes_are_carried(upstream: socket.socket) -> None:
    """A client that has said all still hears the whole answer."""
    question, answer = b"q" * 300_000, b"a" * 300_000
    with (
        relay_to(upstream.getsockname()[1]) as port,
        socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as client,
    ):
        client.sendall(question)
        client.shutdown(socket.SHUT_WR)
        server, _ = upstream.accept()
        with server:
            assert read_all(server) == question
            server.sendall(answer)
        assert read_all(client) == answer


def test_a_client_that_is_gone_is_no_error(upstream: socket.socket) -> None:
    """Whoever abandons a watch closes its connection; TLS says a last word to it all the same."""
    with relay_to(upstream.getsockname()[1]) as port:
        socket.create_connection(("127.0.0.1", port), TIMEOUT_S).close()
        server, _ = upstream.accept()
        with server:
            assert read_all(server) == b""
            server.sendall(b"close_notify")
        # What the relay has to say of that one it says before it carries so much for another.
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as client:
            server, _ = upstream.accept()
            with server:
                for _ in range(10):
                    client.sendall(b"ping")
                    assert server.recv(4) == b"ping"


def test_many_connections_are_kept_apart(upstream: socket.socket) -> None:
    """A slow connection does not hold another one up."""
    with (
        relay_to(upstream.getsockname()[1]) as port,
        socket.create_connection(("127.0.0.1", port), TIMEOUT_S),
        socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as second,
    ):
        silent, _ = upstream.accept()
        talking, _ = upstream.accept()
        with silent, talking:
            second.sendall(b"hello")
            silent.settimeout(0.0)
            heard = b""
            talking.settimeout(TIMEOUT_S)
            heard = talking.recv(16)
            assert heard == b"hello"
            with pytest.raises(BlockingIOError):
                silent.recv(1)


def test_an_absent_server_closes_the_connection() -> None:
    """Nobody there: the client is told at once instead of waiting for ever."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with (
            relay_to(unused.getsockname()[1], says="refused a connection") as port,
            socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as client,
        ):
            assert read_all(client) == b""
