"""Where connections go: the URL's host resolved once, and new sockets to it.

A name is not looked up again during a load: a lookup would stall the schedule.
"""

from __future__ import annotations

import _socket
import errno
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError
from seatrial.load.channel import Channel, PlainChannel, TlsChannel

if TYPE_CHECKING:
    from seatrial.load.order import LoadOrder

PROBE_S = 1.0
#: The machine's own limits: the request could not even be tried, which is not the service's fault.
EXHAUSTED = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL}
)


class ExhaustedError(Exception):
    """No descriptor, port or memory is left to open a connection with."""


@dataclass(frozen=True, slots=True)
class Address:
    """One resolved address and, for https, the TLS context with the name to verify."""

    family: int
    sockaddr: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
    host: str
    tls: ssl.SSLContext | None

    def open(self) -> Channel:
        """Start a connection. Raises ExhaustedError, or OSError where the peer refuses at once."""
        try:
            kind = _socket.SOCK_STREAM | _socket.SOCK_NONBLOCK | _socket.SOCK_CLOEXEC
            sock = _socket.socket(self.family, kind)
        except OSError as cause:
            raise _told_apart(cause) from cause
        sock.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        code = sock.connect_ex(self.sockaddr)
        if code not in {0, errno.EINPROGRESS}:
            sock.close()
            raise _told_apart(OSError(code, "connect"))
        return PlainChannel(sock) if self.tls is None else TlsChannel(sock, self.tls, self.host)


def _told_apart(cause: OSError) -> Exception:
    return ExhaustedError(str(cause)) if cause.errno in EXHAUSTED else cause


def resolve(order: LoadOrder) -> Address:
    """Return the order's address; of several, the first that takes a connection within 1 s each.

    Where none does, the first one: refused connections are what the records must then show.
    Proxy variables of the environment are not used. https trusts the system's certificates
    and those of SSL_CERT_FILE. Raises SeatrialError where the name can't be resolved.
    """
    host = order.parts.hostname or ""
    try:
        found = _socket.getaddrinfo(host, order.port, 0, _socket.SOCK_STREAM)
    except OSError as cause:
        raise SeatrialError(
            f"find the address of {host!r}",
            got=str(cause),
            expected="a name that resolves where the load runs",
            mend="correct request.url in seatrial.toml",
        ) from cause
    tls = ssl.create_default_context() if order.parts.scheme == "https" else None
    addresses = [Address(int(item[0]), item[4], host, tls) for item in found]
    if len(addresses) == 1:
        return addresses[0]
    return next((address for address in addresses if _takes_connection(address)), addresses[0])


def _takes_connection(address: Address) -> bool:
    sock = _socket.socket(address.family, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC)
    try:
        sock.settimeout(PROBE_S)
        sock.connect(address.sockaddr)
    except OSError:
        return False
    else:
        return True
    finally:
        sock.close()
