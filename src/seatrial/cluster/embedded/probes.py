"""Looks whether a component is ready. Each look is short; waiting is the caller's."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster.embedded.components import Probe

_TIMEOUT_S = 1.0


def ready(probe: Probe, pki: Path) -> bool:
    """Look once. ``pki`` holds the identity that may ask the API server."""
    try:
        if probe.kind == "port":
            return _port_accepts(int(probe.target))
        if probe.kind == "socket":
            return _socket_accepts(probe.target)
        return get(int(probe.target), "/readyz", pki)[0] == http.client.OK
    except OSError:
        # Not there yet, which is what a probe is for.
        return False


def _port_accepts(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_S):
        return True


def _socket_accepts(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(_TIMEOUT_S)
        client.connect(path)
        return True


def get(port: int, path: str, pki: Path) -> tuple[int, bytes]:
    """Ask the API server at ``port`` of loopback for ``path``, as the user's admin.

    Gives status and body; raises `OSError` when nobody answers.
    """
    trust = ssl.create_default_context(cafile=str(pki / "ca.crt"))
    trust.load_cert_chain(pki / "admin.crt", pki / "admin.key")
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=_TIMEOUT_S, context=trust)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()
