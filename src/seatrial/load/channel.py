"""A non-blocking byte channel over one TCP connection, plain or TLS, with the same few methods.

It knows no HTTP. Sockets come from ``_socket`` and TLS runs over memory buffers, because gevent
replaces ``socket`` and ``ssl`` in the Locust process by blocking look-alikes.
"""

from __future__ import annotations

import _socket
import os
import ssl
from typing import Protocol

#: No byte is there yet; 0 is the end of the stream.
WOULD_BLOCK = -1
CIPHERTEXT = 65_536


class Channel(Protocol):
    """What a connection needs of its transport. Every method may raise OSError."""

    #: True where a read shorter than the buffer means that nothing is left to read.
    short_read_drains: bool
    #: True once any byte of the last ``send`` has left.
    touched: bool

    def fileno(self) -> int:
        """Return the descriptor to poll."""

    def open(self) -> bool:
        """Go on opening; True once bytes can be sent. Raises OSError when it can't open."""

    def send(self, data: bytes) -> bool:
        """Send as much as possible, keep the rest; True when nothing is left."""

    def flush(self) -> bool:
        """Go on sending what is left; True when nothing is left."""

    def receive(self, buffer: memoryview) -> int:
        """Fill ``buffer``; return the count, 0 at the stream's end, or WOULD_BLOCK."""

    def close(self) -> None:
        """Close without waiting."""


class PlainChannel:
    """Bytes straight over TCP."""

    short_read_drains = True
    __slots__ = ("_rest", "_socket", "touched")

    def __init__(self, sock: _socket.socket) -> None:
        """Take over a non-blocking socket whose connect has been started."""
        self._socket = sock
        self._rest = memoryview(b"")
        self.touched = False

    def fileno(self) -> int:
        """Return the descriptor to poll."""
        return self._socket.fileno()

    def open(self) -> bool:
        """TCP's own connect is all: raise its error, if it ended in one."""
        code = self._socket.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        return True

    def send(self, data: bytes) -> bool:
        """Send as much as possible, keep the rest; True when nothing is left."""
        self.touched = False
        self._rest = memoryview(data)
        return self.flush()

    def flush(self) -> bool:
        """Go on sending what is left; True when nothing is left."""
        while self._rest:
            try:
                count = self._socket.send(self._rest)
            except BlockingIOError:
                return False
            self.touched = True
            self._rest = self._rest[count:]
        return True

    def receive(self, buffer: memoryview) -> int:
        """Fill ``buffer``; return the count, 0 at the stream's end, or WOULD_BLOCK."""
        try:
            return self._socket.recv_into(buffer)
        except BlockingIOError:
            return WOULD_BLOCK

    def close(self) -> None:
        """Close without waiting."""
        self._socket.close()


class TlsChannel:
    """TLS over TCP: ciphertext passes through two memory buffers."""

    short_read_drains = False
    __slots__ = ("_incoming", "_outgoing", "_plain", "_scratch", "_tls", "_unsent", "touched")

    def __init__(self, sock: _socket.socket, context: ssl.SSLContext, host: str) -> None:
        """Take over a non-blocking socket whose connect has been started."""
        self._plain = PlainChannel(sock)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._scratch = memoryview(bytearray(CIPHERTEXT))
        self._unsent = False
        self.touched = False

    def fileno(self) -> int:
        """Return the descriptor to poll."""
        return self._plain.fileno()

    def open(self) -> bool:
        """Go on with the handshake. Raises OSError (ssl.SSLError is one) when it fails."""
        self._plain.open()
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self.flush()
                if self._pull() == WOULD_BLOCK:
                    return False
            else:
                self.flush()
                return True

    def send(self, data: bytes) -> bool:
        """Encrypt all, send as much as possible, keep the rest; True when nothing is left."""
        self.touched = False
        self._tls.write(data)
        return self.flush()

    def flush(self) -> bool:
        """Go on sending what is left; True when nothing is left."""
        done = self._plain.flush()
        while done and self._outgoing.pending:
            done = self._plain.send(self._outgoing.read())
            self.touched = self.touched or self._plain.touched
        return done

    def receive(self, buffer: memoryview) -> int:
        """Fill ``buffer``; return the count, 0 at the stream's end, or WOULD_BLOCK."""
        while True:
            try:
                # typeshed gives bytes; with a buffer it is the count (ssl.SSLObject.read).
                return int(self._tls.read(len(buffer), buffer))
            except ssl.SSLWantReadError:
                self.flush()  # a key update may have to be answered
                if self._pull() == WOULD_BLOCK:
                    return WOULD_BLOCK
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return 0

    def close(self) -> None:
        """Close without waiting; no farewell is sent, the answer has been read."""
        self._plain.close()

    def _pull(self) -> int:
        """Move ciphertext from the socket to the buffer that TLS reads."""
        count = self._plain.receive(self._scratch)
        if count == 0:
            self._incoming.write_eof()
        elif count > 0:
            self._incoming.write(self._scratch[:count])
        return count
