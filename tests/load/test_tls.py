"""Load over https: encrypted for real, refused where the certificate can't be trusted."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from seatrial.timeline import Outcome, error_name

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from tests.load.conftest import Load, Reply, Serve, Visit


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def serve_tls(serve: Serve, certificate: Path) -> Serve:
    """Start servers that speak TLS with the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return lambda behave: serve(
        behave, wrap=lambda sock: context.wrap_socket(sock, server_side=True)
    )


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this test's load trust the certificate, as a user would."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.usefixtures("trusted")
def test_https_requests_are_answered(serve_tls: Serve, load: Load, reply: Reply) -> None:
    """With the certificate trusted, requests go through on kept-alive TLS."""
    server = serve_tls(lambda visit: visit.reply(reply()))
    requests, _ = load(server.port, url=f"https://127.0.0.1:{server.port}", rate=20.0)
    assert (requests["outcome"] == Outcome.OK).all()
    assert server.connections < 10  # some were kept alive


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_large_requests_leave_whole(
    serve: Serve, serve_tls: Serve, load: Load, reply: Reply, scheme: str
) -> None:
    """A body larger than any socket's buffer is sent piece by piece, to its last byte."""
    server = (serve_tls if scheme == "https" else serve)(lambda visit: visit.reply(reply()))
    body = bytes(range(256)) * 80_000
    url = f"{scheme}://127.0.0.1:{server.port}"
    requests, _ = load(server.port, url=url, bodies=(body,), rate=4.0)
    assert (requests["outcome"] == Outcome.OK).all()
    assert {raw.partition(b"\r\n\r\n")[2] == body for raw in server.requests} == {True}


@pytest.mark.usefixtures("trusted")
def test_a_tls_connection_that_ends_is_seen(serve_tls: Serve, load: Load, reply: Reply) -> None:
    """TLS that ends within an answer is 'reset'; between answers it is replaced."""

    def ends(visit: Visit) -> None:
        visit.reply(reply()[: -5 if visit.number % 2 else None])
        visit.end()

    server = serve_tls(ends)
    requests, _ = load(server.port, url=f"https://127.0.0.1:{server.port}", rate=20.0)
    names = [error_name(item) for item in requests["error"]]
    assert (names.count("reset"), names.count("none")) == (5, 5)


def test_an_untrusted_certificate_is_no_connection(
    serve_tls: Serve, load: Load, reply: Reply
) -> None:
    """A certificate nobody vouches for ends each request as 'connect'; nothing is sent."""
    server = serve_tls(lambda visit: visit.reply(reply()))
    requests, _ = load(server.port, url=f"https://127.0.0.1:{server.port}", rate=20.0)
    assert {error_name(item) for item in requests["error"]} == {"connect"}
    assert server.requests == []


def test_plain_http_on_an_https_port_is_no_connection(serve: Serve, load: Load) -> None:
    """A server that doesn't speak TLS ends each request as 'connect'."""

    def answers_in_plain(sock: socket.socket) -> socket.socket:
        sock.recv(10)
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        return sock

    server = serve(lambda visit: visit.end(), wrap=answers_in_plain)
    requests, _ = load(server.port, url=f"https://127.0.0.1:{server.port}", rate=20.0)
    assert {error_name(item) for item in requests["error"]} == {"connect"}


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_large_answers_come_whole(
    serve: Serve, serve_tls: Serve, load: Load, reply: Reply, scheme: str
) -> None:
    """Answers larger than any buffer are read to the end, plain and encrypted."""
    whole = reply(200, b'{"outputs":[{"data":[' + b"1," * 500_000 + b"1]}]}")
    server = (serve_tls if scheme == "https" else serve)(lambda visit: visit.reply(whole))
    requests, _ = load(server.port, url=f"{scheme}://127.0.0.1:{server.port}", rate=10.0)
    assert (requests["outcome"] == Outcome.OK).all()
